import type { PixelBox } from '../annotation.ts';

/** One object of a label file: the box as shares of the image, 0 to 1. */
export interface Label {
  readonly classId: number;
  /** Centre x, centre y, width, height. */
  readonly box: readonly [number, number, number, number];
}

/** Shares of an image for a box in its pixels. */
export function asShares(
  [x1, y1, x2, y2]: PixelBox,
  size: { readonly width: number; readonly height: number },
): Label['box'] {
  return [(x1 + x2) / 2 / size.width, (y1 + y2) / 2 / size.height, (x2 - x1) / size.width, (y2 - y1) / size.height];
}

/** A line of a label file without its end: `class xc yc w h`, six decimals. */
function labelLine({ classId, box }: Label): string {
  return `${classId} ${box[0].toFixed(6)} ${box[1].toFixed(6)} ${box[2].toFixed(6)} ${box[3].toFixed(6)}`;
}

/** The text of a label file: lines joined by LF without a last one, and nothing for an image without objects. */
export function labelText(labels: readonly Label[]): string {
  return labels.map(labelLine).join('\n');
}
