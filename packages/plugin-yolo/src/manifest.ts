import type { PixelBox } from './annotation.ts';
import { yoloFailures } from './failures.ts';

/**
 * The manifest of a set, `manifest.jsonl`: one line for each label file, sorted by `stem`, saying where every label came
 * from. It depends on what the annotations say and never on the order of their rows.
 */
export interface ManifestLine {
  /** The image it is a label of; one image has several lines when raters are kept apart. */
  readonly image: string;
  /** The label is `labels/<stem>.txt`. */
  readonly stem: string;
  /** Pixels of the original. */
  readonly width: number;
  readonly height: number;
  /** Everyone who looked at the image. */
  readonly raters: readonly string[];
  /** In the order of the lines of the label file. */
  readonly labels: readonly ManifestLabel[];
  /** The image file below the set, `images/<stem>.<ext>`; missing in a set without images. */
  readonly file?: string;
  /** `sha256:` and 64 hexadecimal digits of that file. */
  readonly digest?: string;
}

export interface ManifestLabel {
  readonly class: number;
  /** Centre x, centre y, width, height as shares, unrounded. */
  readonly box: readonly [number, number, number, number];
  /** Who drew which box, pixels of the original; several when boxes were fused. */
  readonly from: readonly (readonly [rater: string, ...box: PixelBox])[];
}

export const manifestFile = 'manifest.jsonl';

/** One line, without its end. */
export function manifestText(line: ManifestLine): string {
  return JSON.stringify(line);
}

/** A line that was written before its image was placed, with the image: its properties are the last ones. */
export function withImage(text: string, image: { readonly file: string; readonly digest?: string }): string {
  return `${text.slice(0, -1)},${JSON.stringify(image).slice(1)}`;
}

/** Reads a manifest; throws `yolo.line-invalid`. */
export function readManifest(text: string): ManifestLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const fault = (why: string): Error => yoloFailures['line-invalid']({ file: manifestFile, line: index + 1, why });
    let found: ManifestLine;
    try {
      found = JSON.parse(line) as ManifestLine;
    } catch (error) {
      throw fault((error as Error).message);
    }
    const whole = typeof found?.image === 'string' && typeof found.stem === 'string' && Array.isArray(found.labels);
    if (!whole) throw fault('it names no image, no stem or no labels');
    return [found];
  });
}
