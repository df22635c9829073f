import type { RawImage } from '@dataset-runner/kit/resize';

/**
 * Returns the grey pixels of an image as OpenCV's `cvtColor(..., COLOR_BGR2GRAY)` computes them; alpha is ignored.
 *
 * Source: modules/imgproc/src/color.simd_helpers.hpp: ITU-R BT.601 in 15-bit fixed point, rounded. Images whose
 * channels are equal, as IFCB images saved in colour are, come back as they were.
 */
export function opencvGrey({ data, width, height, channels }: RawImage): Uint8Array {
  if (channels === 1) return data;
  const grey = new Uint8Array(width * height);
  if (channels === 2) for (let at = 0; at < grey.length; at++) grey[at] = data[2 * at]!;
  else
    for (let at = 0, from = 0; at < grey.length; at++, from += channels)
      grey[at] = (9798 * data[from]! + 19235 * data[from + 1]! + 3735 * data[from + 2]! + 16384) >> 15;
  return grey;
}
