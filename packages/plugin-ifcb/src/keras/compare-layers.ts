import type { OnnxModel } from '@dataset-runner/kit/onnx';
import { seeded } from '@dataset-runner/kit/seeded';
import { kerasFailures } from './failures.ts';
import { forward, type LayerOutput } from './forward.ts';
import type { Network } from './network.ts';

/** How far a layer of the converted model is from the reference. */
export interface LayerDifference {
  readonly layer: string;
  readonly shape: readonly number[];
  /** The largest difference of any number. */
  readonly difference: number;
  /** The largest number of the layer, by its absolute value: what the difference is to be seen against. */
  readonly largest: number;
}

/** Of a layer's largest number: 32-bit sums in another order differ by about a hundredth of this. */
const allowedShare = 1e-4;

/**
 * Runs a converted model and the reference on the same random image, and compares every number of every layer.
 *
 * `model` gives every layer (`toOnnx` with `everyLayer`). Throws `ifcb.model-differs` at the first layer that is off.
 */
export async function compareLayers(network: Network, model: OnnxModel): Promise<LayerDifference[]> {
  const [input] = network.layers;
  const random = seeded(network.name);
  const shape = input?.shape ?? [];
  const image = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () =>
    random.below(256),
  );
  const outputs = await model.run({ [input?.name ?? '']: { dims: [1, ...shape], data: image } });
  const differences: LayerDifference[] = [];
  for (const reference of forward(network, image)) {
    const found = outputs[reference.name];
    // The input is given and not computed.
    if (found === undefined) continue;
    const one = differenceOf(reference, found.data);
    const allowed = allowedShare * Math.max(1, one.largest);
    // NaN is not allowed either.
    if (!(one.difference <= allowed))
      throw kerasFailures['model-differs']({ layer: one.layer, difference: one.difference, allowed });
    differences.push(one);
  }
  return differences;
}

function differenceOf({ name, shape, data }: LayerOutput, found: Float32Array): LayerDifference {
  const [rows = 1, columns = 1, channels = 1] = shape.length === 3 ? shape : [1, 1, data.length];
  const pixels = rows * columns;
  let [difference, largest] = [0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const expected = data[pixel * channels + channel]!;
      const off = Math.abs(expected - found[channel * pixels + pixel]!);
      if (!(off <= difference)) difference = off;
      largest = Math.max(largest, Math.abs(expected));
    }
  }
  return { layer: name, shape, difference, largest };
}
