import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRig } from '@dataset-runner/core/testing';
import type { CollectSummary } from '../src/feedback/retrain-tables.ts';
import { filesIn, madeFiles } from './support/project.ts';

const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'yolo', 'project');

describe('examples/yolo', function () {
  this.timeout(120_000);

  it('goes from a source to a store, is simulated, and comes back as data to retrain from', async () => {
    const source = Object.entries(madeFiles(75)).map(([path, bytes]) => [`source/${path}`, bytes] as const);
    await using rig = await createRig({
      packages: ['@dataset-runner/plugin-yolo', '@dataset-runner/kit'],
      config: readFileSync(join(example, 'runner.yaml'), 'utf8'),
      files: Object.fromEntries(source),
    });
    for (const pipeline of ['offline', 'online', 'production']) {
      const { code, stderr } = await rig.runner('run', pipeline);
      assert.equal(code, 0, `${pipeline}: ${stderr}`);
    }
    const live = ['staging', 'canary', 'production'].flatMap((split) => filesIn(rig.path(`organized/${split}/images`)));
    assert.ok(live.length >= 8);
    const answered = filesIn(rig.path('online/feedback')).map((file) => file.replace('.json', '.png'));
    assert.deepEqual(answered, live.toSorted());
    const collected = JSON.parse(rig.read('store/organized/retrain/collect.json')) as CollectSummary;
    assert.equal(collected.files, live.length);
    assert.equal(collected.leftOut.split, 0);
    assert.deepEqual(filesIn(rig.path('store/organized')), filesIn(rig.path('organized')));
    assert.ok(rig.exists('reports/report.html'));
  });
});
