import { type RawImage, toGray } from '@dataset-runner/kit/decode';

/** How light an image is and how much it varies along its rows. */
export interface Light {
  /** Mean over the pixels of the largest of red, green and blue, 0 to 255: V of HSV. */
  readonly brightness: number;
  /** Mean over the rows of the variance of luma within a row, 0 to 16,256: fog and blur make it small. */
  readonly variance: number;
}

/** Measures 8-bit pixels; alpha counts for nothing. */
export function lightOf(image: RawImage): Light {
  return { brightness: brightnessOf(image), variance: rowVarianceOf(toGray(image)) };
}

function brightnessOf({ data, channels, width, height }: RawImage): number {
  const colours = channels < 3 ? 1 : 3;
  let sum = 0;
  for (let at = 0; at < data.length; at += channels) {
    let most = 0;
    for (let colour = 0; colour < colours; colour++) most = Math.max(most, data[at + colour] ?? 0);
    sum += most;
  }
  return sum / (width * height);
}

function rowVarianceOf({
  data,
  width,
  height,
}: {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}): number {
  let sum = 0;
  for (let row = 0; row < height; row++) {
    let [total, squares] = [0, 0];
    for (let at = row * width; at < (row + 1) * width; at++) {
      const value = data[at] ?? 0;
      total += value;
      squares += value * value;
    }
    // Sums of whole numbers, so nothing is lost before the one division.
    sum += (squares * width - total * total) / (width * width);
  }
  return sum / height;
}
