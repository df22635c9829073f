import type { PixelBox } from '../annotation.ts';
import { type OutputLayout, strides } from './output-layout.ts';

/** A box that a model proposes, in pixels of its input. */
export interface Candidate {
  readonly class: number;
  readonly confidence: number;
  readonly box: PixelBox;
}

export interface DecodeOptions {
  readonly layout: OutputLayout;
  /** Pixels of the input. */
  readonly width: number;
  readonly height: number;
  /** Only what is more confident is kept. */
  readonly over: number;
  /** `best`: a box of its best class, as for pictures; `all`: one for each class that is confident, as for scores. */
  readonly classes: 'best' | 'all';
}

interface Output {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Turns the numbers of a detector into boxes, in the order of its rows. */
export function decodeOutput({ dims, data }: Output, options: DecodeOptions): Candidate[] {
  const { layout } = options;
  if (layout === 'end2end') return sifted(data, options.over);
  const isTransposed = layout === 'channels';
  const [rows, columns] = isTransposed ? [dims[2]!, dims[1]!] : [dims[1]!, dims[2]!];
  const at = isTransposed
    ? (row: number, column: number): number => data[column * rows + row]!
    : (row: number, column: number): number => data[row * columns + column]!;
  const hasObjectness = layout === 'anchors' || layout === 'grid';
  const firstClass = hasObjectness ? 5 : 4;
  const grid = layout === 'grid' ? gridOf(options.width, options.height) : undefined;
  const found: Candidate[] = [];
  for (let row = 0; row < rows; row++) {
    const objectness = hasObjectness ? at(row, 4) : 1;
    if (!(objectness > options.over)) continue;
    let box: PixelBox | undefined;
    const push = (id: number, confidence: number): void => {
      box ??= boxAt(row, at, grid);
      found.push({ class: id, confidence, box });
    };
    let [best, most] = [-1, -Infinity];
    for (let column = firstClass; column < columns; column++) {
      const confidence = objectness * at(row, column);
      if (options.classes === 'all' && confidence > options.over) push(column - firstClass, confidence);
      if (confidence > most) [best, most] = [column - firstClass, confidence];
    }
    if (options.classes === 'best' && most > options.over) push(best, most);
  }
  return found;
}

function boxAt(row: number, at: (row: number, column: number) => number, grid: Int32Array | undefined): PixelBox {
  let [x, y, w, h] = [at(row, 0), at(row, 1), at(row, 2), at(row, 3)];
  if (grid !== undefined) {
    const [cellX, cellY, stride] = [grid[3 * row]!, grid[3 * row + 1]!, grid[3 * row + 2]!];
    [x, y, w, h] = [(x + cellX) * stride, (y + cellY) * stride, Math.exp(w) * stride, Math.exp(h) * stride];
  }
  return [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
}

// Three numbers a row: column and row of the cell, pixels between cells; finest grid first, row by row.
function gridOf(width: number, height: number): Int32Array {
  const cells: number[] = [];
  for (const stride of strides) {
    for (let y = 0; y < Math.floor(height / stride); y++)
      for (let x = 0; x < Math.floor(width / stride); x++) cells.push(x, y, stride);
  }
  return Int32Array.from(cells);
}

function sifted(data: Float32Array, over: number): Candidate[] {
  const found: Candidate[] = [];
  for (let at = 0; at + 6 <= data.length; at += 6) {
    const [x1, y1, x2, y2, confidence, id] = data.subarray(at, at + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (confidence > over) found.push({ class: id, confidence, box: [x1, y1, x2, y2] });
  }
  return found;
}
