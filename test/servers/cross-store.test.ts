import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { entryLine, placeKinds, type PlaceKind, type ServedPlace } from '../../scripts/servers/places.ts';
import { skip } from '../support/skip.ts';

/** A task that reads from one store and writes to another: each file's bytes in reverse, and a list of all. */
const plugin = `
import { defineFailures, definePlugin, defineStep, defineTask, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';

const turn = defineStep({
  name: 'turn',
  async work(file, { bytes, output }) {
    return output.write(file.key, (await bytes(file)).toReversed());
  },
});
const list = defineStep({
  name: 'list',
  async work({ turned }, { output }) {
    const lines = [];
    for await (const { key, result } of turned) lines.push(result.digest + ' ' + key);
    return output.write('list.txt', lines.sort().join('\\n'));
  },
});
const through = defineTask({
  summary: 'Turns every file of a place round',
  params: z.object({ from: storeUrl().describe('Source'), out: storeUrl().describe('Target') }),
  steps: { turn, list },
  async run({ params, map, once, store }) {
    const files = await listFiles(await store(params.from), { keep: ({ key }) => key !== 'list.txt' });
    const turned = map(turn, files, { key: (file) => file.key, into: params.out });
    await once(list, { turned }, { into: params.out });
  },
});
export default definePlugin({ name: 'cross', api: 1, tasks: { through } });
`;

const files = new Map<string, Uint8Array>([
  ...Array.from({ length: 40 }, (_, i) => [`set/${i}.bin`, createHash('sha512').update(String(i)).digest()] as const),
  ['set/ü +%20&.bin', Buffer.from('odd name')],
  ['set/empty.bin', Buffer.alloc(0)],
  ['large.bin', Buffer.alloc(9_000_000, 'plankton')],
]);

for (const kind of placeKinds) {
  describe(`a project whose stores are ${kind.name} and this machine`, function () {
    // Installing takes its time where it is the first run.
    this.timeout(600_000);
    let place: ServedPlace;
    let rig: ProjectRig;

    before(async function () {
      [place, rig] = await serve(this, kind);
    });

    after(async () => {
      await rig?.[Symbol.asyncDispose]();
      await place?.stop();
    });

    it('syncs a place there and back, and then has nothing to do', async () => {
      const up = await ok(rig, 'sync', 'src', 'cloud:src', '--verify');
      assert.equal(up['copied'], files.size);
      const again = await ok(rig, 'sync', 'src', 'cloud:src');
      assert.deepEqual([again['copied'], again['same']], [0, files.size]);
      await ok(rig, 'sync', 'cloud:src', 'back');
      assert.equal((await ok(rig, 'check', 'src', 'back', '--compare', 'checksum'))['same'], files.size);
    });

    it('has a task read from one store and write to the other, whichever is which', async () => {
      const out = await rig.runner('run', 'cross:through', '--from', 'cloud:src', '--out', './turned');
      assert.equal(out.code, 0, out.stdout + out.stderr);
      const back = await rig.runner('run', 'cross:through', '--from', 'src', '--out', 'cloud:turned');
      assert.equal(back.code, 0, back.stdout + back.stderr);
      // A place of the service, one of this machine: the same files, and the same list of digests in both.
      assert.equal(
        (await ok(rig, 'check', './turned', 'cloud:turned', '--compare', 'checksum'))['same'],
        files.size + 1,
      );
      const inside = await rig.runner('run', 'cross:through', '--from', 'cloud:turned', '--out', 'cloud:again');
      assert.equal(inside.code, 0, inside.stdout + inside.stderr);
      const none = await rig.json('run', 'cross:through', '--from', 'src', '--out', 'cloud:turned');
      assert.equal(JSON.stringify(none.report).includes('"done":0'), true);
    });

    it('moves, removes what is extra, and sums up', async () => {
      assert.equal((await ok(rig, 'mv', 'cloud:again', 'cloud:moved'))['moved'], files.size + 1);
      const extra = await ok(rig, 'sync', 'src', 'cloud:moved', '--compare', 'checksum', '--delete');
      assert.equal(extra['removed'], 1);
      assert.equal((await ok(rig, 'check', 'src', 'cloud:moved', '--compare', 'checksum'))['same'], files.size);
      const sum = await rig.runner('store', 'du', 'cloud:moved', '--json');
      assert.equal((JSON.parse(sum.stdout) as { files: number }).files, files.size);
      assert.equal((await rig.runner('store', 'check-access', 'cloud:moved')).code, 0);
    });
  });
}

async function serve(ctx: Mocha.Context, kind: PlaceKind): Promise<[ServedPlace, ProjectRig]> {
  const why = await kind.prepare();
  if (why !== undefined) skip(ctx, why);
  const place = await kind.start();
  const rig = await createRig({
    config: `plugins: [./plugin.ts]\nstores:\n${entryLine('cloud', place)}network: { allowHosts: [127.0.0.1] }\n`,
    files: { 'plugin.ts': plugin, ...Object.fromEntries([...files].map(([key, bytes]) => [`src/${key}`, bytes])) },
    env: { PLACE_SECRET: place.secret },
  });
  return [place, rig];
}

/** The report of a store command that must succeed. */
async function ok(rig: ProjectRig, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, report, stderr } = await rig.json('store', ...args);
  assert.equal(code, 0, JSON.stringify(report) + stderr);
  return report;
}
