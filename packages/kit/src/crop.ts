import { loadSharp } from './image/load-sharp.ts';
import type { ImageProblem } from './image.ts';

/** A part of an image, in pixels; `right` and `bottom` lie just outside. */
export interface CropBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface CropOptions {
  /** Cut to the image where it reaches beyond it. Default: all of it. */
  readonly box?: CropBox;
  /** Pixels of each side of the square that comes out; the picture is fitted into it and padded. */
  readonly side: number;
  /** Of the padding. Default black. */
  readonly background?: string;
  /** Of the JPEG, 1 to 100. Default 92. */
  readonly quality?: number;
}

/**
 * Cuts a box out of an image and fits it into a square JPEG: Lanczos, sRGB, padded, no metadata.
 *
 * Equal inputs are equal bytes on one version of sharp. Says what is wrong with the image instead of throwing;
 * `kit.sharp-missing` is all it throws.
 */
export async function cropToSquare(
  bytes: Uint8Array,
  { box, side, background = 'black', quality = 92 }: CropOptions,
): Promise<{ readonly jpeg: Uint8Array } | { readonly problem: ImageProblem }> {
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { failOn: 'error' });
    const { width, height } = await image.metadata();
    const cut = { left: 0, top: 0, right: width, bottom: height, ...box };
    const [left, top] = [Math.max(0, Math.round(cut.left)), Math.max(0, Math.round(cut.top))];
    const [right, bottom] = [Math.min(width, Math.round(cut.right)), Math.min(height, Math.round(cut.bottom))];
    if (right <= left || bottom <= top) {
      return { problem: { kind: 'unreadable', message: `the box lies outside its ${width} x ${height} pixels` } };
    }
    const jpeg = await image
      .extract({ left, top, width: right - left, height: bottom - top })
      .toColourspace('srgb')
      .flatten({ background })
      .resize(side, side, { fit: 'contain', background, kernel: 'lanczos3' })
      .jpeg({ quality })
      .toBuffer();
    return { jpeg };
  } catch (error) {
    return { problem: { kind: 'damaged', message: error instanceof Error ? error.message : String(error) } };
  }
}
