/** Decoded pixels, 8 bits a channel, rows from the top, channels interleaved: gray, gray+alpha, RGB or RGB+alpha. */
export interface RawImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** Returns 8-bit CMYK pixels as RGB, as Pillow does: R = (255 - K) (255 - C) / 255, rounded; alpha is left out. */
export function rgbOfCmyk({
  data,
  width,
  height,
  channels,
}: Omit<RawImage, 'channels'> & { readonly channels: number }): RawImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const white = 255 - data[from + 3]!;
    for (let ink = 0; ink < 3; ink++) {
      const product = data[from + ink]! * white + 128;
      rgb[to + ink] = white - (((product >> 8) + product) >> 8);
    }
  }
  return { data: rgb, width, height, channels: 3 };
}

/** Gray pixels, 8 bits each, rows from the top without padding. */
export interface GrayImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Returns the luma of an image; alpha is ignored, gray pixels are not copied. */
export function toGray({ data, width, height, channels }: RawImage): GrayImage {
  if (channels === 1) return { data, width, height };
  const gray = new Uint8Array(width * height);
  if (channels === 2) {
    for (let at = 0; at < gray.length; at++) gray[at] = data[2 * at]!;
  } else {
    // ITU-R BT.601 luma in 16-bit fixed point, rounded: what Pillow's convert('L') computes.
    for (let at = 0, from = 0; at < gray.length; at++, from += channels) {
      gray[at] = (19595 * data[from]! + 38470 * data[from + 1]! + 7471 * data[from + 2]! + 32768) >> 16;
    }
  }
  return { data: gray, width, height };
}
