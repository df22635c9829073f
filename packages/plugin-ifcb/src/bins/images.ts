import { ifcbFailures } from '../failures.ts';
import type { Adc, RoiBox } from './adc.ts';
import { areHalves, type RoiImage, stitch } from './stitch.ts';

/**
 * The images of a bin in the order of their numbers; halves of v1 bins are put together, those of v2 never.
 *
 * Throws `ifcb.roi-truncated`, at once, when any of them lies outside the file. `file` is what it is called.
 */
export function binImages(adc: Adc, roi: Uint8Array, { file }: { readonly file: string }): Generator<RoiImage> {
  for (const { target, start, width, height } of adc.boxes) {
    const end = start + width * height;
    if (start < 0 || end > roi.length)
      throw ifcbFailures['roi-truncated']({ file, sizeBytes: roi.length, target, start, end });
  }
  return imagesIn(adc, roi);
}

function* imagesIn(adc: Adc, roi: Uint8Array): Generator<RoiImage> {
  for (let index = 0; index < adc.boxes.length; index++) {
    const box = adc.boxes[index] as RoiBox;
    const next = adc.boxes[index + 1];
    if (adc.style === 'v1' && next !== undefined && areHalves(box, next)) {
      yield stitch(cut(roi, box), cut(roi, next));
      // The second half has no image of its own.
      index++;
    } else yield cut(roi, box);
  }
}

function cut(roi: Uint8Array, box: RoiBox): RoiImage {
  const { target, width, height, start } = box;
  return { target, width, height, box, pixels: roi.subarray(start, start + width * height) };
}
