import assert from 'node:assert/strict';
import { readdirSync, rmSync, watch } from 'node:fs';
import { once } from 'node:events';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, registry, textsIn } from './support/registry.ts';

const count = 1000;
const pictures = Object.fromEntries(
  Array.from({ length: count }, (_, at) => [`set/${at % 7}/${at}.jpg`, `bytes of ${at}`]),
);

describe('a registry after kill -9', function () {
  this.timeout(240_000);

  /** Kills a task as soon as something appears below a folder, a few files later each time. */
  async function killed(
    rig: ProjectRig,
    folder: string,
    afterEvents: number,
    ...args: readonly string[]
  ): Promise<void> {
    const running = rig.start('run', ...args);
    let events = 0;
    const watching = watch(rig.path(folder), { recursive: true }, () => {
      events += 1;
      if (events === afterEvents) running.process.kill('SIGKILL');
    });
    await once(running.process, 'close');
    watching.close();
  }

  async function isClean(rig: ProjectRig, ...args: readonly string[]): Promise<boolean> {
    return (await done<{ isClean: boolean }>(rig, 'status', ...args)).isClean;
  }

  it('add, push, checkout and pull go on with the same command, and nothing half-made is ever believed', async () => {
    await using rig = await registry(pictures);
    const wanted = textsIn(rig, 'set');
    await killed(rig, '.dvc', 400, 'registry:add', 'set');
    assert.equal(rig.exists('set.dvc'), false, 'it was killed too late');
    await done(rig, 'add', 'set');
    assert.ok(await isClean(rig));
    rig.write('storage/keep', '');
    await killed(rig, 'storage', 300, 'registry:push');
    const far = readdirSync(rig.path('storage'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      far.filter((name) => name.endsWith('.dir')),
      [],
      'a folder in a remote promises its files',
    );
    assert.equal(await isClean(rig, '--cloud'), false);
    await done(rig, 'push');
    assert.ok(await isClean(rig, '--cloud'));
    rmSync(rig.path('set'), { recursive: true });
    rig.write('set/1/1.jpg', 'bytes of 1');
    await killed(rig, 'set', 300, 'registry:checkout');
    // Every file that is there is whole, so none is an unsaved one.
    for (const [name, text] of Object.entries(textsIn(rig, 'set'))) assert.equal(text, wanted[name]);
    await done(rig, 'checkout');
    assert.deepEqual(textsIn(rig, 'set'), wanted);
    for (const gone of ['set', '.dvc/cache']) rmSync(rig.path(gone), { recursive: true });
    await killed(rig, '.dvc', 400, 'registry:pull');
    await done(rig, 'pull');
    assert.deepEqual(textsIn(rig, 'set'), wanted);
    assert.ok(await isClean(rig));
  });

  it('a gc that was killed has removed nothing that is named', async () => {
    await using rig = await registry({ ...pictures, 'kept/a': 'a' });
    await done(rig, 'add', 'set', 'kept');
    rmSync(rig.path('set.dvc'));
    await killed(rig, '.dvc/cache', 200, 'registry:gc', '--workspace');
    assert.ok(await isClean(rig));
    const { removed } = await done<{ removed: number }>(rig, 'gc', '--workspace');
    assert.ok(removed > 0 && removed < count, `${removed} were left`);
    assert.ok(await isClean(rig));
  });

  it('two at once do one thing after the other', async () => {
    await using rig = await registry(pictures);
    const both = [
      rig.start('run', 'registry:add', 'set/1', '--json'),
      rig.start('run', 'registry:add', 'set/2', '--json'),
    ];
    const ended = await Promise.all(both.map((each) => each.ended));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0],
      ended.map(({ stdout }) => stdout).join('\n'),
    );
    assert.ok(await isClean(rig));
    assert.deepEqual(rig.read('set/.gitignore').split('\n').sort(), ['', '/1', '/2']);
  });
});
