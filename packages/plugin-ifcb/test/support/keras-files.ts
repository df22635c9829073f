import { File, ready } from 'h5wasm/node';
import { seeded } from '@dataset-runner/kit/seeded';
import type { Architecture } from '../../src/keras/architecture.ts';
import { slidingOver } from '../../src/keras/sliding.ts';

type Settings = { readonly [setting: string]: unknown };

/** The JSON of a functional model that is a chain: layers by class and settings, named by place. */
export function architectureJson(
  name: string,
  inputShape: readonly number[],
  layers: readonly (readonly [kind: string, settings: Settings])[],
): string {
  const input = { class_name: 'InputLayer', name: 'image', config: { batch_input_shape: [null, ...inputShape] } };
  const named = layers.map(([kind, settings], index) => ({
    class_name: kind,
    name: `layer_${index + 1}`,
    config: settings,
    inbound_nodes: [[[index === 0 ? 'image' : `layer_${index}`, 0, 0, {}]]],
  }));
  return JSON.stringify({ class_name: 'Model', config: { name, layers: [{ ...input, inbound_nodes: [] }, ...named] } });
}

/** A model of the kind the seed trains, small: convolutions, pooling, dense layers, ten classes. */
export const smallCnn = architectureJson(
  'small',
  [16, 16, 1],
  [
    ['Conv2D', { filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: 'same', activation: 'linear' }],
    ['Activation', { activation: 'relu' }],
    ['BatchNormalization', { axis: [3], epsilon: 0.001 }],
    ['MaxPooling2D', { pool_size: [3, 3], strides: [3, 3], padding: 'valid' }],
    ['Flatten', {}],
    ['Dense', { units: 12, activation: 'relu' }],
    ['Dropout', { rate: 0.2 }],
    ['Dense', { units: 10, activation: 'softmax' }],
  ],
);

/**
 * Writes weights as `save_weights` lays them out, seeded: of a size that keeps numbers of every layer near one.
 *
 * `leaveOut` drops a weight by `<layer>/<name>`, `whole` writes them as `save` does, below `model_weights`.
 */
export async function writeKerasWeights(
  path: string,
  { layers }: Architecture,
  options: { readonly leaveOut?: string; readonly whole?: boolean; readonly seed?: string } = {},
): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  const random = seeded(options.seed ?? 'weights');
  const root = options.whole === true ? file.create_group('model_weights') : file;
  root.create_attribute(
    'layer_names',
    layers.map(({ name }) => name),
  );
  let shape: number[] = [];
  for (const { kind, name, config } of layers) {
    const made = weightsOf(kind, config, shape, () => random.unit());
    shape = made.shape;
    const weights = made.weights.filter(([weight]) => `${name}/${weight}` !== options.leaveOut);
    const group = root.create_group(name);
    if (weights.length === 0) continue;
    group.create_attribute(
      'weight_names',
      weights.map(([weight]) => `${name}/${weight}:0`),
    );
    const inner = group.create_group(name);
    for (const [weight, dims, data] of weights) inner.create_dataset({ name: `${weight}:0`, data, shape: [...dims] });
  }
  file.close();
}

type Named = readonly [name: string, dims: readonly number[], data: Float32Array];

function weightsOf(
  kind: string,
  config: Settings,
  shape: number[],
  unit: () => number,
): { readonly shape: number[]; readonly weights: readonly Named[] } {
  const numbers = (name: string, dims: readonly number[], middle: number, reach: number): Named => {
    const count = dims.reduce((product, side) => product * side, 1);
    return [name, dims, Float32Array.from({ length: count }, () => middle + (unit() * 2 - 1) * reach)];
  };
  const [rows = 0, columns = 0, channels = 0] = shape;
  if (kind === 'InputLayer') return { shape: (config['batch_input_shape'] as number[]).slice(1), weights: [] };
  if (kind === 'Flatten') return { shape: [shape.reduce((product, side) => product * side, 1)], weights: [] };
  if (kind.startsWith('Global')) return { shape: [channels], weights: [] };
  if (kind === 'Conv2D') {
    const [size, filters] = [config['kernel_size'] as [number, number], config['filters'] as number];
    const strides = (config['strides'] ?? [1, 1]) as [number, number];
    const { gives } = slidingOver([rows, columns], size, strides, config['padding'] as 'same');
    // Uniform of this reach has He's variance, 2 / inputs; the first layer also takes bytes down to about one.
    const reach = Math.sqrt(6 / (size[0] * size[1] * channels)) / (channels === 1 ? 64 : 1);
    const kernel = numbers('kernel', [...size, channels, filters], 0, reach);
    const bias = config['use_bias'] === false ? [] : [numbers('bias', [filters], 0, 0.1)];
    return { shape: [...gives, filters], weights: [kernel, ...bias] };
  }
  if (kind === 'Dense') {
    const [inputs, units] = [shape[0] ?? 0, config['units'] as number];
    const kernel = numbers('kernel', [inputs, units], 0, Math.sqrt(6 / inputs));
    return { shape: [units], weights: [kernel, numbers('bias', [units], 0, 0.1)] };
  }
  if (kind === 'BatchNormalization') {
    const count = [shape.at(-1) ?? 0];
    const weights = [
      numbers('gamma', count, 1, 0.2),
      numbers('beta', count, 0, 0.2),
      numbers('moving_mean', count, 0.3, 0.2),
      numbers('moving_variance', count, 1, 0.5),
    ];
    return { shape, weights };
  }
  if (kind.endsWith('Pooling2D')) {
    const size = config['pool_size'] as [number, number];
    const strides = (config['strides'] ?? size) as [number, number];
    const { gives } = slidingOver([rows, columns], size, strides, config['padding'] as 'same');
    return { shape: [...gives, channels], weights: [] };
  }
  return { shape, weights: [] };
}
