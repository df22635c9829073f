import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import type { Validation } from '../src/validate/reports.ts';
import { yoloProject } from './support/project.ts';

const objects: { readonly [set: string]: number } = { coco8: 30, 'coco8-seg': 30, 'coco8-pose': 21 };

describe('yolo:validate on real sets', function () {
  this.timeout(60_000);
  const folder = join(process.env['RUNNER_TEST_DATA'] ?? '', 'yolo', 'ultralytics');

  for (const name of Object.keys(objects)) {
    it(`passes ${name}: boxes, polygons or poses`, async function () {
      if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
      if (!existsSync(join(folder, name))) skip(this, `${join(folder, name)} does not exist`);
      await using rig = await yoloProject();
      const { code, stderr } = await rig.json(
        'run',
        'yolo:validate',
        join(folder, name),
        '--data',
        `${name}.yaml`,
        '--out',
        './v',
      );
      assert.equal(code, 0, stderr);
      const found = JSON.parse(rig.read('v/validation.json')) as Validation;
      assert.deepEqual([found.images, found.labels, found.counts.error, found.objects], [8, 8, 0, objects[name]]);
      const codes = new Set(found.findings.map((one) => one.code));
      for (const usual of ['class-unused', 'backgrounds-share', 'image-sizes-mixed'] as const) codes.delete(usual);
      assert.deepEqual([...codes], []);
    });
  }
});
