import assert from 'node:assert/strict';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { convertArgs, failureOfRun, filesIn, madeFiles, yoloProject } from './support/project.ts';

describe('yolo:upload', function () {
  this.timeout(60_000);
  const args = ['run', 'yolo:upload', '--set', './set', '--to', './store'] as const;

  it('brings what differs, the manifest after all it names, and removes only what it was told to', async () => {
    const files = madeFiles(20);
    await using rig = await yoloProject({ ...files, 'store/foreign.txt': 'of somebody else' });
    await rig.runner(...convertArgs);
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    assert.equal((report['result'] as { files: number }).files, 44);
    const sent = filesIn(rig.path('store')).filter((file) => file !== 'foreign.txt');
    assert.deepEqual(sent, filesIn(rig.path('set')));
    const changed = (path: string): number => statSync(rig.path('store', path)).ctimeMs;
    assert.ok(sent.filter((file) => file.includes('/')).every((file) => changed(file) <= changed('manifest.jsonl')));
    const before = new Map(sent.map((file) => [file, changed(file)]));

    // One image loses its findings, and so its label changes; another leaves the set.
    const [header = '', ...rows] = String(files['train.csv']).trimEnd().split('\n');
    const gone = rows[0]!.split(',')[0]!;
    rig.write('train.csv', [header, ...rows.filter((row) => !row.startsWith(gone))].join('\n'));
    await rig.runner(...convertArgs);
    const kept = await rig.json(...args);
    assert.deepEqual(
      (kept.report['stale'] as { total: number; removed: boolean }[]).map(({ total, removed }) => [total, removed]),
      [[2, false]],
    );
    assert.ok(rig.exists(`store/labels/${gone}.txt`), 'not removed without --prune');
    const touched = sent.filter((file) => changed(file) !== before.get(file));
    assert.ok(
      touched.every((file) => !file.includes('/')),
      touched.join(),
    );
    assert.equal((await rig.runner(...args, '--prune')).code, 0);
    assert.ok(!rig.exists(`store/labels/${gone}.txt`) && !rig.exists(`store/images/${gone}.png`));
    assert.equal(rig.read('store/foreign.txt'), 'of somebody else');
  });

  it('removes nothing before the manifest that no longer names it is there', async () => {
    const files = madeFiles(12);
    await using rig = await yoloProject(files);
    await rig.runner(...convertArgs);
    assert.equal((await rig.runner(...args)).code, 0);
    const [header = '', ...rows] = String(files['train.csv']).trimEnd().split('\n');
    const gone = rows[0]!.split(',')[0]!;
    rig.write('train.csv', [header, ...rows.filter((row) => !row.startsWith(gone))].join('\n'));
    await rig.runner(...convertArgs);
    const { code, report, stderr } = await rig.json(...args, '--prune');
    assert.equal(code, 0, stderr);
    const said = report['stale'] as { keys: string[]; removed: boolean }[];
    assert.deepEqual(
      said.map(({ keys, removed }) => [keys.toSorted(), removed]),
      [[[`images/${gone}.png`, `labels/${gone}.txt`], true]],
    );
    assert.ok(!rig.exists(`store/labels/${gone}.txt`) && !rig.read('store/manifest.jsonl').includes(gone));
    // A folder changes when a file leaves it.
    const changed = (path: string): number => statSync(rig.path('store', path)).ctimeMs;
    for (const folder of ['images', 'labels'])
      for (const file of ['manifest.jsonl', 'dataset.json']) assert.ok(changed(folder) >= changed(file));
    assert.match((await rig.runner(...args, '--prune')).stdout, /Nothing to do/);
  });

  it('refuses a place that is the set or lies inside it, before anything is done', async () => {
    await using rig = await yoloProject(madeFiles(4));
    await rig.runner(...convertArgs);
    const before = filesIn(rig.path('set'));
    for (const to of ['./set', './set/', './set/copy', rig.path('set/copy/deep'), './other/../set']) {
      const { report } = await rig.json('run', 'yolo:upload', '--set', './set', '--to', to, '--prune');
      assert.equal(failureOfRun(report).code, 'yolo.upload-into-set', to);
    }
    assert.deepEqual(filesIn(rig.path('set')), before);
    // A name that only begins like that of the set is another place.
    assert.equal((await rig.runner('run', 'yolo:upload', '--set', './set', '--to', './set-2')).code, 0);
  });

  it('refuses it under any name: through a link, and by the name of a store', async () => {
    const stores = `stores: { sets: { url: './set' }, all: { url: '.' }, mem: { url: 'memory:a' } }\n`;
    await using rig = await yoloProject(madeFiles(4), stores);
    await rig.runner(...convertArgs);
    symlinkSync('set', rig.path('link'), 'dir');
    const before = filesIn(rig.path('set'));
    const nested = [
      ['./set', './link'],
      ['./link', './set/copy'],
      ['./set', './link/copy/deep'],
      ['./set', 'sets:copy'],
      ['sets:', 'all:set/copy'],
      ['all:link', 'sets:copy'],
    ] as const;
    for (const [set, to] of nested) {
      const { report } = await rig.json('run', 'yolo:upload', '--set', set, '--to', to, '--prune');
      assert.equal(failureOfRun(report).code, 'yolo.upload-into-set', `${set} to ${to}`);
    }
    assert.deepEqual(filesIn(rig.path('set')), before);
    for (const to of ['all:copy', 'mem:set'])
      assert.equal((await rig.runner('run', 'yolo:upload', '--set', './link', '--to', to)).code, 0, to);
  });

  it('ends the same after it was killed while converting and uploading', async () => {
    await using rig = await yoloProject(madeFiles(60));
    await using calm = await yoloProject(madeFiles(60));
    await calm.runner(...convertArgs);
    await calm.runner(...args);
    for (const command of [convertArgs, args]) {
      // Killed sooner and later, until a run is quicker than its killer.
      for (let afterFiles = 10, ended = false; !ended; afterFiles += 55) {
        const running = rig.start(...command);
        const folder = command === convertArgs ? 'set' : 'store';
        let over = false;
        void running.ended.then(() => (over = true));
        while (!over && filesIn(rig.path(folder)).length < afterFiles) await delay(10);
        running.process.kill('SIGKILL');
        ended = (await running.ended).code === 0;
      }
    }
    const all = (root: typeof rig): Record<string, string> =>
      Object.fromEntries(
        filesIn(root.path('store')).flatMap((file) =>
          file === 'dataset.json' ? [] : [[file, readFileSync(root.path('store', file), 'latin1')]],
        ),
      );
    assert.equal(Object.keys(all(rig)).length, 124);
    assert.deepEqual(all(rig), all(calm));
    assert.deepEqual(filesIn(rig.path('set')), filesIn(calm.path('set')));
  });
});
