import { writeOnnx } from '@dataset-runner/kit/onnx-write';
import { cellCount, type OutputLayout } from '../../src/detect/output-layout.ts';

/** A box the model is to give whatever it is shown, in pixels of its input: corners. */
export interface Planted {
  readonly class: number;
  readonly confidence: number;
  readonly box: readonly [number, number, number, number];
}

export interface DetectorOptions {
  readonly side?: number;
  readonly names?: readonly string[];
  readonly metadata?: { readonly [key: string]: string };
}

/** A detector in one of the layouts that always sees the same: its output is a constant, plus nothing of its input. */
export function plantedDetector(
  layout: OutputLayout,
  planted: readonly Planted[],
  { side = 64, names = ['one', 'two', 'three'], metadata }: DetectorOptions = {},
): Uint8Array {
  const { dims, data } = outputOf(layout, planted, side, names.length);
  const noted = `{${names.map((name, id) => `${id}: '${name.replaceAll("'", "\\'")}'`).join(', ')}}`;
  return writeOnnx({
    name: 'planted',
    inputs: [{ name: 'images', dims: [1, 3, side, side] }],
    outputs: [{ name: 'output0', dims }],
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['images'], outputs: ['mean'] },
      { op: 'Reshape', inputs: ['mean', 'three'], outputs: ['flat'] },
      { op: 'ReduceSum', inputs: ['flat'], outputs: ['sum'], attributes: { keepdims: { int: 0 } } },
      { op: 'Mul', inputs: ['sum', 'zero'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['planted', 'nothing'], outputs: ['output0'] },
    ],
    constants: [
      { name: 'three', dims: [1], data: BigInt64Array.of(3n) },
      { name: 'zero', dims: [1], data: Float32Array.of(0) },
      { name: 'planted', dims, data },
    ],
    metadata: metadata ?? { names: noted, task: 'detect', imgsz: `[${side}, ${side}]` },
  });
}

function outputOf(
  layout: OutputLayout,
  planted: readonly Planted[],
  side: number,
  classes: number,
): { readonly dims: readonly number[]; readonly data: Float32Array } {
  const cells = cellCount(side, side);
  if (layout === 'end2end') {
    const data = new Float32Array(300 * 6);
    for (const [row, { box, confidence, class: id }] of planted.entries()) data.set([...box, confidence, id], row * 6);
    return { dims: [1, 300, 6], data };
  }
  const objectness = layout === 'anchors' || layout === 'grid' ? 1 : 0;
  const rows = layout === 'anchors' ? 3 * cells : cells;
  const columns = 4 + objectness + classes;
  const data = new Float32Array(rows * columns);
  for (const [index, { box, confidence, class: id }] of planted.entries()) {
    // The grid's first rows are those of stride 8, so a row is a cell there.
    const [cellX, cellY] = [index % (side / 8), Math.floor(index / (side / 8))];
    const [x, y, w, h] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]];
    const place = layout === 'grid' ? [x / 8 - cellX, y / 8 - cellY, Math.log(w / 8), Math.log(h / 8)] : [x, y, w, h];
    const row = [...place, ...(objectness === 1 ? [0.5] : []), ...new Array<number>(classes).fill(0)];
    row[4 + objectness + id] = objectness === 1 ? confidence / 0.5 : confidence;
    for (const [column, value] of row.entries())
      data[layout === 'channels' ? column * rows + index : index * columns + column] = value;
  }
  return { dims: layout === 'channels' ? [1, columns, rows] : [1, rows, columns], data };
}
