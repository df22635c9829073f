import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { loadSharp } from './image/load-sharp.ts';
import type { RawImage } from './image/raw-image.ts';
import { readSmallPng } from './image/small-png.ts';

/** Why an image cannot be used as it is. */
export interface ImageProblem {
  /**
   * `unreadable`: not an image, or of a format this build cannot read. `too-many-pixels`: over the limit, so not
   * decoded. `damaged`: the header is fine, the pixels are cut short or broken.
   */
  readonly kind: 'unreadable' | 'too-many-pixels' | 'damaged';
  /** The decoder's own words. */
  readonly message: string;
}

export interface ImageFacts {
  /** `jpeg`, `png`, `tiff`, `webp`, ... from the bytes, whatever the name says; `unknown` when unreadable. */
  readonly format: string;
  /** Pixels as stored, before any EXIF rotation; 0 when unreadable. */
  readonly width: number;
  readonly height: number;
  /** With alpha: gray 1 or 2, RGB 3 or 4, CMYK 4 or 5. */
  readonly channels: number;
  /** The decoder's name of the colour space: `srgb`, `b-w`, `cmyk`, `grey16`, `rgb16`, ... */
  readonly space: string;
  /** True for print colours, which most training code reads wrongly. */
  readonly cmyk: boolean;
  /** EXIF's 1 to 8, where the image says it; from 2 on it is to be shown turned or mirrored. */
  readonly orientation?: number;
  /** Pages of a TIFF, frames of an animation, else 1. Only the first is decoded. */
  readonly pages: number;
  readonly problem?: ImageProblem;
  /** Only when asked for, and only where this look had them at hand: see `keepPixels`. */
  readonly pixels?: RawImage;
}

export interface InspectOptions {
  /** Width times height. Default 100 million. */
  readonly maxPixels?: number;
  /** The least severe trouble that counts as damage, in sharp's words. Default `warning`, which finds cut files. */
  readonly failOn?: NonNullable<SharpOptions['failOn']>;
  /** Also return the pixels of small PNGs, for a caller who would decode them once more. */
  readonly keepPixels?: boolean;
}

/**
 * Reads an image's header and decodes its pixels, and says what is wrong instead of throwing; only
 * `kit.sharp-missing` is thrown, which is nothing of the image.
 *
 * The decoded pixels are thrown away unless asked for; memory is one decoded image (width x height x channels bytes).
 */
export async function inspectImage(bytes: Uint8Array, options: InspectOptions = {}): Promise<ImageFacts> {
  const maxPixels = options.maxPixels ?? 100_000_000;
  // A whole small PNG has no trouble to look for; deciding that here takes a tenth of the time.
  const small = readSmallPng(bytes);
  if (small !== undefined && small.width * small.height <= maxPixels)
    return factsOf(small, options.keepPixels === true);
  const sharp = await loadSharp();
  let image: Sharp;
  let header: Metadata;
  try {
    // Refuses an empty file at once, which is one more unreadable image here.
    image = sharp(bytes, { limitInputPixels: maxPixels, failOn: options.failOn ?? 'warning' });
    header = await image.metadata();
  } catch (error) {
    return {
      format: 'unknown',
      width: 0,
      height: 0,
      channels: 0,
      space: 'unknown',
      cmyk: false,
      pages: 0,
      problem: problemOf(error, 'unreadable'),
    };
  }
  const facts: ImageFacts = {
    format: header.format ?? 'unknown',
    width: header.width,
    height: header.height,
    channels: header.channels ?? 0,
    space: header.space ?? 'unknown',
    cmyk: header.space === 'cmyk',
    pages: header.pages ?? 1,
    ...(header.orientation === undefined ? {} : { orientation: header.orientation }),
  };
  if (facts.width * facts.height > maxPixels) {
    const message = `${facts.width} x ${facts.height} pixels are more than ${maxPixels}`;
    return { ...facts, problem: { kind: 'too-many-pixels', message } };
  }
  try {
    await image.raw().toBuffer();
    return facts;
  } catch (error) {
    return { ...facts, problem: problemOf(error, 'damaged') };
  }
}

function factsOf(pixels: RawImage, keepPixels: boolean): ImageFacts {
  const { width, height, channels } = pixels;
  const space = channels < 3 ? 'b-w' : 'srgb';
  return { format: 'png', width, height, channels, space, cmyk: false, pages: 1, ...(keepPixels ? { pixels } : {}) };
}

function problemOf(error: unknown, kind: 'unreadable' | 'damaged'): ImageProblem {
  const message = error instanceof Error ? error.message : String(error);
  // The limit is also checked by sharp itself, already while it reads some headers.
  return { kind: /exceeds pixel limit/i.test(message) ? 'too-many-pixels' : kind, message };
}
