import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileRef } from '@dataset-runner/core/plugin';
import { readBin } from '../src/bins/read-bin.ts';
import { realBins, realData, readOracle } from './support/real-bins.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('reading real bins', () => {
  for (const [id, base] of Object.entries(realBins)) {
    it(`gives every image of ${id} as the oracle has it`, async function () {
      const { rois, stitched, adc_rows, n_triggers } = readOracle(this)[id]!;
      const folder = realData(this, 'raw', 'test_data');
      const ref = (extension: string): FileRef => ({
        $type: 'file',
        store: folder,
        key: `${base}${extension}`,
        size: 0,
      });
      const files = { key: basename(base), adc: ref('.adc'), hdr: ref('.hdr'), roi: ref('.roi') };
      const bin = await readBin(files, async ({ key }) => readFileSync(join(folder, key)));
      assert.deepEqual([bin.adc.rowCount, bin.adc.triggerCount], [adc_rows, n_triggers]);
      const roi = readFileSync(join(folder, `${base}.roi`));
      assert.deepEqual(
        bin.adc.boxes.map((box) => ({
          target: box.target,
          trigger: box.trigger,
          x: box.x,
          y: box.y,
          width: box.width,
          height: box.height,
          start_byte: box.start,
          sha256: sha256(roi.subarray(box.start, box.start + box.width * box.height)),
        })),
        rois.map(({ target, trigger, x, y, width, height, start_byte, sha256: digest }) => ({
          target,
          trigger,
          x,
          y,
          width,
          height,
          start_byte,
          sha256: digest,
        })),
      );
      const images = new Map([...bin.images()].map((image) => [image.target, image]));
      const second = new Set(Object.values(stitched).map(({ pair }) => pair[1]));
      assert.deepEqual(
        [...images.keys()],
        rois.map(({ target }) => target).filter((target) => !second.has(target)),
      );
      for (const { target, sha256: digest } of rois) {
        const whole = stitched[target];
        const image = images.get(target);
        if (image === undefined) continue;
        assert.equal(sha256(image.pixels), whole?.sha256 ?? digest, `image ${target}`);
        if (whole === undefined) continue;
        assert.deepEqual([image.width, image.height], [whole.width, whole.height]);
        assert.deepEqual(
          [image.stitched?.gapPixels, image.stitched?.fill, image.stitched?.box.target],
          [whole.gap_pixels, whole.fill_value, whole.pair[1]],
        );
      }
    });
  }
});
