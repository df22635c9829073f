import type { Activation, Layer, LayerWork, Network, Pair, Sliding } from './network.ts';

/** What one layer gave: channels last, row-major. */
export interface LayerOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Computes a network on one image the plainest way there is, layer by layer: the judge of a conversion.
 *
 * Sums are 64-bit and every layer's numbers 32-bit. Takes seconds where a runtime takes milliseconds.
 */
export function* forward({ layers }: Network, image: Float32Array): Generator<LayerOutput> {
  let before: LayerOutput = { name: '', shape: layers[0]?.shape ?? [], data: image };
  for (const layer of layers) {
    before = { name: layer.name, shape: layer.shape, data: compute(layer, layer.work, before) };
    yield before;
  }
}

function compute({ shape }: Layer, work: LayerWork, before: LayerOutput): Float32Array {
  switch (work.kind) {
    case 'input':
    case 'identity':
    case 'flatten':
      return before.data;
    case 'conv':
      return activate(conv(work, before, shape), work.activation, shape.at(-1)!);
    case 'dense':
      return activate(dense(work, before.data), work.activation, shape.at(-1)!);
    case 'activate':
      return activate(before.data, work.activation, shape.at(-1)!);
    case 'normalise':
      return normalise(work, before.data);
    case 'pool':
      return pool(before, work.of, work.window, shape);
    case 'global-pool': {
      const [rows, columns] = before.shape as unknown as Pair;
      const whole = { size: [rows, columns], strides: [1, 1], before: [0, 0], after: [0, 0] } as const;
      return pool(before, work.of, whole, [1, 1, ...shape]);
    }
  }
}

function conv(
  { kernel, bias, window }: Extract<LayerWork, { kind: 'conv' }>,
  { data, shape }: LayerOutput,
  to: readonly number[],
): Float32Array {
  const channels = shape[2]!;
  const filters = to[2]!;
  const out = new Float32Array(to.reduce((product, side) => product * side, 1));
  const sums = new Float64Array(filters);
  let at = 0;
  forEachWindow(shape, to, window, (cells) => {
    sums.set(bias);
    for (const { pixel, tap } of cells) {
      for (let channel = 0; channel < channels; channel++) {
        const value = data[pixel * channels + channel]!;
        const row = (tap * channels + channel) * filters;
        for (let filter = 0; filter < filters; filter++) sums[filter]! += value * kernel.data[row + filter]!;
      }
    }
    out.set(sums, at);
    at += filters;
  });
  return out;
}

function pool({ data, shape }: LayerOutput, of: 'max' | 'mean', window: Sliding, to: readonly number[]): Float32Array {
  const channels = shape[2]!;
  const out = new Float32Array(to.reduce((product, side) => product * side, 1));
  let at = 0;
  forEachWindow(shape, to, window, (cells) => {
    for (let channel = 0; channel < channels; channel++, at++) {
      const values = cells.map(({ pixel }) => data[pixel * channels + channel]!);
      // Padding counts for nothing, in a mean too.
      out[at] = of === 'max' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
    }
  });
  return out;
}

interface Cell {
  /** Index of the pixel in the image. */
  readonly pixel: number;
  /** Index of the cell in the window. */
  readonly tap: number;
}

/** Visits every place of a window, in the order of the output, with those of its cells that lie in the image. */
function forEachWindow(
  [rows = 0, columns = 0]: readonly number[],
  [outRows = 0, outColumns = 0]: readonly number[],
  { size, strides, before }: Sliding,
  visit: (cells: readonly Cell[]) => void,
): void {
  for (let outRow = 0; outRow < outRows; outRow++) {
    for (let outColumn = 0; outColumn < outColumns; outColumn++) {
      const cells: Cell[] = [];
      for (let tap = 0; tap < size[0] * size[1]; tap++) {
        const row = outRow * strides[0] - before[0] + Math.floor(tap / size[1]);
        const column = outColumn * strides[1] - before[1] + (tap % size[1]);
        if (row >= 0 && row < rows && column >= 0 && column < columns)
          cells.push({ pixel: row * columns + column, tap });
      }
      visit(cells);
    }
  }
}

function dense({ kernel, bias }: Extract<LayerWork, { kind: 'dense' }>, data: Float32Array): Float32Array {
  const units = bias.length;
  const sums = Float64Array.from(bias);
  for (const [index, value] of data.entries()) {
    for (let unit = 0; unit < units; unit++) sums[unit]! += value * kernel.data[index * units + unit]!;
  }
  return Float32Array.from(sums);
}

function normalise(
  { gamma, beta, mean, variance, epsilon }: Extract<LayerWork, { kind: 'normalise' }>,
  data: Float32Array,
): Float32Array {
  const channels = gamma.length;
  return data.map((value, at) => {
    const channel = at % channels;
    return (gamma[channel]! * (value - mean[channel]!)) / Math.sqrt(variance[channel]! + epsilon) + beta[channel]!;
  });
}

function activate(data: Float32Array, activation: Activation, channels: number): Float32Array {
  switch (activation) {
    case 'linear':
      return data;
    case 'relu':
      return data.map((value) => Math.max(0, value));
    case 'sigmoid':
      return data.map((value) => 1 / (1 + Math.exp(-value)));
    case 'tanh':
      return data.map((value) => Math.tanh(value));
    case 'softmax': {
      const out = new Float32Array(data.length);
      for (let from = 0; from < data.length; from += channels) {
        const group = data.subarray(from, from + channels);
        const top = group.reduce((most, value) => Math.max(most, value), -Infinity);
        const powers = Float64Array.from(group, (value) => Math.exp(value - top));
        const sum = powers.reduce((total, value) => total + value, 0);
        for (const [channel, power] of powers.entries()) out[from + channel] = power / sum;
      }
      return out;
    }
  }
}
