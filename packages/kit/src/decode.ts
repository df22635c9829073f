import { loadSharp } from './image/load-sharp.ts';
import { type RawImage, rgbOfCmyk } from './image/raw-image.ts';
import { readSmallPng } from './image/small-png.ts';

export { type GrayImage, type RawImage, toGray } from './image/raw-image.ts';

/** Pixels, and how many bits a channel had in the file; with more than 8 only the upper ones are left. */
export interface DecodedImage extends RawImage {
  readonly bits: 8 | 16 | 32;
}

/**
 * Decodes an image of any kind sharp reads; small 8-bit PNGs are read without it, several times faster.
 *
 * Colours stay as they are stored, palettes become RGB, and print colours (CMYK) too, by plain arithmetic as in Pillow
 * and not by a colour profile; with `upright` EXIF's orientation is applied. What cannot be decoded whole is a `problem` in the decoder's
 * words. Throws only `kit.sharp-missing`.
 */
export async function decodeRaw(
  bytes: Uint8Array,
  options: { readonly maxPixels?: number; readonly upright?: boolean } = {},
): Promise<DecodedImage | { readonly problem: string }> {
  const small = readSmallPng(bytes);
  if (small !== undefined) return { ...small, bits: 8 };
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { limitInputPixels: options.maxPixels ?? 100_000_000, failOn: 'warning' });
    const { depth, space } = await image.metadata();
    // Without this, sharp hands gray images out as RGB.
    const isGray = ['b-w', 'grey16'].includes(space ?? '');
    // Sharp would take print colours through a profile of its own, which moves them by tens of steps.
    const isPrint = space === 'cmyk' && depth === 'uchar';
    if (isPrint) image.pipelineColourspace('cmyk');
    const { data, info } = await (options.upright === true ? image.rotate() : image)
      .toColourspace(isPrint ? 'cmyk' : isGray ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (isPrint) return { ...rgbOfCmyk({ data, ...info }), bits: 8 };
    const bits = depth === 'uchar' ? 8 : depth === 'ushort' || depth === 'short' ? 16 : 32;
    return { data, width: info.width, height: info.height, channels: info.channels, bits };
  } catch (error) {
    return { problem: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '' };
  }
}
