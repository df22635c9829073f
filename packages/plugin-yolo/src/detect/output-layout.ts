import { yoloFailures } from '../failures.ts';

/**
 * What the numbers a detector gives mean.
 *
 * `anchors`: rows of centre, size, objectness, classes in pixels (YOLOv5, v7). `channels`: the same without objectness,
 * channels first (v8, v9, v11, v12). `rows`: that with rows first. `end2end`: rows of corners, confidence, class, already
 * sifted (v10, v26, exports with `nms=True`). `grid`: rows of raw offsets to a grid, objectness, classes (YOLOX).
 */
export const outputLayouts = ['anchors', 'channels', 'rows', 'end2end', 'grid'] as const;
export type OutputLayout = (typeof outputLayouts)[number];

/** Pixels between the cells of the three grids that all these detectors look at. */
export const strides = [8, 16, 32] as const;

/** Cells of the three grids of an input. */
export function cellCount(width: number, height: number): number {
  return strides.reduce((sum, stride) => sum + Math.floor(width / stride) * Math.floor(height / stride), 0);
}

/**
 * Tells the layout from the shape of the output, by the number of grid cells that the input has; throws
 * `yolo.model-unusable` for a shape that fits none.
 *
 * Only `anchors` has three rows a cell, so one class (six columns) is not mistaken for `end2end`.
 */
export function layoutOf(
  dims: readonly number[],
  known: { readonly width: number; readonly height: number; readonly classCount?: number; readonly model: string },
): OutputLayout {
  const cells = cellCount(known.width, known.height);
  const [batch = 0, one = 0, other = 0] = dims;
  if (dims.length === 3 && batch === 1) {
    if (one === 3 * cells && other > 5) return 'anchors';
    if (other === cells && one > 4 && one !== cells) return 'channels';
    if (one === cells) return other - 4 === known.classCount ? 'rows' : 'grid';
    if (other === 6) return 'end2end';
  }
  throw yoloFailures['model-unusable']({
    model: known.model,
    why: `an output of ${dims.join(' x ')} for an input of ${known.width} x ${known.height} is that of no known detector`,
  });
}

/** Classes that an output of this shape tells apart; undefined where the shape does not say. */
export function classesIn(dims: readonly number[], layout: OutputLayout): number | undefined {
  if (layout === 'end2end') return undefined;
  if (layout === 'channels') return dims[1]! - 4;
  return dims[2]! - (layout === 'rows' ? 4 : 5);
}
