import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';
import { countsOf } from './support.ts';

const plugin = `
import { readdirSync } from 'node:fs';
import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const two = defineStep({ name: 'two', async work(item, { output }) {
  await output.write('first-' + item.text + '.txt', item.text + Math.random());
  return output.write('second.txt', item.text);
} });
const pair = defineTask({ summary: 's', params: z.object({ text: z.string().default('a') }), steps: { two },
  async run({ params, map }) { await map(two, [{ key: 'k', text: params.text }], { into: './pair' }); } });
const entries = defineStep({ name: 'entries', needs: { cpu: true }, async *work(item, { output }) {
  for (let i = 0; i < 3; i++) yield { key: 'e' + i, file: await output.write('e' + i + '.txt', 'e' + i) };
  await output.write('index.txt', 'index');
  return null;
} });
const pooled = defineTask({ summary: 's', params: z.object({}), steps: { entries },
  async run({ map }) { await map(entries, [{ key: 'a' }], { into: './pooled' }); } });
const copy = defineStep({ name: 'copy', async work(file, { output }) { return output.copy(file.key, file); } });
const copies = defineTask({ summary: 's', params: z.object({}), steps: { copy },
  async run({ map, store }) {
    const from = await store('./raw'); const files = [];
    for await (const page of from.list()) for (const { key, size, version } of page) files.push({ $type: 'file', store: from.place, key, size, version });
    await map(copy, files, { into: './copied' });
  } });
const folder = defineStep({ name: 'folder', async work(item, { output }) {
  const made = await output.folder(item.key);
  for (const name of item.names) await made.write(name, name);
  return made.close();
} });
const folders = defineTask({ summary: 's', params: z.object({ names: z.array(z.string()), out: z.string() }), steps: { folder },
  async run({ params, map }) { await map(folder, [{ key: 'bin', names: params.names }], { into: params.out }); } });
const half = defineStep({ name: 'half', async work(item, { output }) {
  const made = await output.folder(item.key);
  await made.write('text.txt', 'text');
  if (item.key === 'a') throw new Error('half way');
  return made.close();
} });
const look = defineStep({ name: 'look', cache: false, async work({ at }) { return readdirSync(at, { recursive: true }).filter((name) => name.endsWith('text.txt')); } });
const halves = defineTask({ summary: 's', params: z.object({}), steps: { half, look },
  async run({ map, once }) {
    for await (const _ of map(half, [{ key: 'a' }, { key: 'b' }], { into: './halves', partial: 'allow' }));
    return { found: await once(look, { at: './halves' }) };
  } });
const slow = defineStep({ name: 'slow', needs: { cpu: true }, timeoutMs: 700, async work(item) {
  if (item.key === 'stuck') await new Promise(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return item.key;
} });
const timed = defineTask({ summary: 's', params: z.object({}), steps: { slow },
  async run({ map }) { await map(slow, ['a', 'b', 'stuck', 'c', 'd', 'e', 'f', 'g'].map((key) => ({ key }))); } });
export default definePlugin({ name: 'mended', api: 1, tasks: { pair, pooled, copies, folders, halves, timed } });
`;

function mendedRig(): Promise<ProjectRig> {
  return createRig({ config: 'plugins: [./mended.ts]\n', files: { 'mended.ts': plugin } });
}

describe('the engine', function () {
  this.timeout(60_000);

  it('keeps the outputs of an item it could publish only in part as its own', async () => {
    await using rig = await mendedRig();
    rig.write('pair/second.txt', 'foreign');
    assert.equal((await rig.json('run', 'mended:pair')).code, 1);
    rmSync(rig.path('pair/second.txt'));
    const { code, report } = await rig.json('run', 'mended:pair');
    assert.equal(code, 0, JSON.stringify(report['failures']));
  });

  it('throws a folder away at once when its item fails before it is closed', async () => {
    await using rig = await mendedRig();
    const { code, report } = await rig.json('run', 'mended:halves');
    assert.equal(code, 1);
    assert.deepEqual((report['result'] as { found: string[] }).found, ['b/text.txt']);
  });

  it('survives a generator in the pool whose yield is refused', async () => {
    await using rig = await mendedRig();
    rig.write('pooled/e1.txt', 'foreign');
    const { code, report } = await rig.json('run', 'mended:pooled');
    assert.equal(code, 1);
    assert.deepEqual(
      (report['failures'] as { code: string }[]).map((failure) => failure.code),
      ['output.foreign'],
    );
  });

  it('misses an output that a generator wrote beside its rows', async () => {
    await using rig = await mendedRig();
    await rig.runner('run', 'mended:pooled');
    rmSync(rig.path('pooled/index.txt'));
    const { report } = await rig.json('run', 'mended:pooled');
    assert.equal(countsOf(report, 'entries')['done'], 1);
    assert.ok(rig.exists('pooled/index.txt'));
  });

  it('does not copy again what was only touched', async () => {
    await using rig = await mendedRig();
    rig.write('raw/a.txt', 'a');
    await rig.runner('run', 'mended:copies');
    utimesSync(rig.path('raw/a.txt'), 1, 1);
    const { report } = await rig.json('run', 'mended:copies');
    assert.equal(countsOf(report, 'copy')['reused'], 1);
  });

  it('counts a timeout from the start of the work, so that only the stuck item is ended', async () => {
    await using rig = await mendedRig();
    const { report } = await rig.json('run', 'mended:timed');
    assert.deepEqual(
      (report['failures'] as { code: string; at: { item: string } }[]).map(({ code, at }) => `${at.item} ${code}`),
      ['stuck step.timeout'],
    );
    assert.equal(countsOf(report, 'slow')['done'], 7);
  });

  it('knows a released folder for a folder, and makes it again', async () => {
    await using rig = await mendedRig();
    const run = ['run', 'mended:folders', '--out', 'work:bins', '--names', 'a,b'];
    await rig.runner(...run);
    await rig.runner('clean');
    const changed = await rig.json('run', 'mended:folders', '--out', 'work:bins', '--names', 'a,c');
    assert.equal(changed.code, 0, JSON.stringify(changed.report['failures']));
    assert.ok(rig.exists('.runner/work/bins/bin/c'));
  });

  it('writes nothing into the state in a dry run', async () => {
    await using rig = await mendedRig();
    await rig.runner('run', 'mended:pair', '--dry-run');
    const { report } = await rig.json('run', 'mended:pair', '--dry-run');
    assert.equal(countsOf(report, 'two')['pending'], 1);
    assert.equal((await rig.runner('runs')).stdout.includes('mended:pair'), false);
  });
});
