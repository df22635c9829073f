import type { GrayImage } from '@dataset-runner/kit/png-encode';

/** What is done to an image before it is written. */
export interface Adjustment {
  /** Stretch its grays over the whole range. */
  readonly normalise: boolean;
  /** Below 1 brightens, above 1 darkens, 1 leaves as it is. */
  readonly gamma: number;
  /** Length of the bar drawn below the image, micrometres; 0 for none. */
  readonly scaleBarUm: number;
  readonly pixelsPerUm: number;
}

const barHeight = 10;
const inset = 2;

/** Returns the image as it is to be written; the same pixels where nothing is to be done. */
export function adjust(image: GrayImage, { normalise, gamma, scaleBarUm, pixelsPerUm }: Adjustment): GrayImage {
  const stretched = normalise ? stretch(image) : image;
  const bright = gamma === 1 ? stretched : applyTable(stretched, gammaTable(gamma));
  return scaleBarUm === 0 ? bright : withScaleBar(bright, Math.max(1, Math.round(scaleBarUm * pixelsPerUm)));
}

/** Stretches grays from darkest to brightest over 0 to 255, as iRfcb does; an image of one gray stays as it is. */
function stretch(image: GrayImage): GrayImage {
  let [low, high] = [255, 0];
  for (const value of image.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high <= low) return image;
  return applyTable(
    image,
    Uint8Array.from({ length: 256 }, (_, gray) => Math.round(((gray - low) / (high - low)) * 255)),
  );
}

function gammaTable(gamma: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, gray) => Math.round(255 * (gray / 255) ** gamma));
}

function applyTable({ data, width, height }: GrayImage, table: Uint8Array): GrayImage {
  return { data: data.map((gray) => table[gray] as number), width, height };
}

/** Adds a white strip with a black bar below the image, wider than the image where the bar is. */
function withScaleBar({ data, width, height }: GrayImage, barPixels: number): GrayImage {
  const whole = { width: Math.max(width, barPixels + 2 * inset), height: height + barHeight };
  const pixels = new Uint8Array(whole.width * whole.height).fill(255);
  for (let y = 0; y < height; y++) pixels.set(data.subarray(y * width, (y + 1) * width), y * whole.width);
  for (let y = height + 4; y < height + 6; y++)
    pixels.fill(0, y * whole.width + inset, y * whole.width + inset + barPixels);
  return { data: pixels, ...whole };
}
