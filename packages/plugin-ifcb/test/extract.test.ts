import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { realBins, realData, readOracle } from './support/real-bins.ts';
import { ifcbProject } from './support/project.ts';

describe('ifcb:extract on real bins', function () {
  this.timeout(60_000);

  it('writes every image of both bins, pixels as in the oracle, in their folders', async function () {
    const oracle = readOracle(this);
    await using rig = await ifcbProject();
    const folder = realData(this, 'raw', 'test_data');
    const { code, stderr } = await rig.runner(
      'run',
      'ifcb:extract',
      folder,
      '--out',
      './images',
      '--folders',
      'white',
      '--folders',
      'data',
    );
    assert.equal(code, 0, stderr);
    for (const id of Object.keys(realBins)) {
      const { rois, stitched } = oracle[id]!;
      const second = new Set(Object.values(stitched).map(({ pair }) => pair[1]));
      const expected = rois.filter(({ target }) => !second.has(target));
      const name = (target: number): string => `${id}_${String(target).padStart(5, '0')}.png`;
      assert.deepEqual(
        readdirSync(rig.path('images', id)).sort(),
        expected.map(({ target }) => name(target)),
      );
      for (const { target, sha256 } of expected) {
        const png = readFileSync(rig.path('images', id, name(target)));
        const { data } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
        assert.equal(createHash('sha256').update(data).digest('hex'), stitched[target]?.sha256 ?? sha256, name(target));
      }
    }
  });
});
