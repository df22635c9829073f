import { z } from '@dataset-runner/core/plugin';
import type { Architecture, LayerConfig } from './architecture.ts';
import { kerasFailures } from './failures.ts';
import { activations, type Layer, type LayerWork, type Network, type Pair } from './network.ts';
import { slidingOver } from './sliding.ts';
import { weightsFor } from './weights-for.ts';
import type { LayerWeights } from './weights.ts';

/**
 * Joins an architecture and its weights into a network, with every shape worked out and compared.
 *
 * Throws `ifcb.keras-layer` for a layer or setting it does not know, and `ifcb.keras-weights` for weights that are
 * missing or of another shape. Nothing unknown is passed over: a model that is nearly right classifies wrongly in silence.
 */
export function buildNetwork(
  { name, layers }: Architecture,
  weights: LayerWeights,
  { file }: { readonly file: string },
): Network {
  const built: Layer[] = [];
  for (const [index, layer] of layers.entries()) {
    if (index === 0 && layer.kind !== 'InputLayer') built.push(inputOf(layer, `${layer.name}_input`));
    const before = built.at(-1)?.shape ?? [];
    if (index === 0 && layer.kind === 'InputLayer') built.push(inputOf(layer, layer.name));
    else built.push({ name: layer.name, ...workOf(layer, before, weightsFor(layer, weights, file)) });
  }
  return { name, layers: built };
}

type Built = Pick<Layer, 'shape' | 'work'>;
type Weights = ReturnType<typeof weightsFor>;

// A sequential model says on its first layer what it takes.
function inputOf(layer: LayerConfig, name: string): Layer {
  const sides = z.tuple([z.null(), z.int().min(1), z.int().min(1), z.int().min(1)]);
  const shape = sides.safeParse(layer.config['batch_input_shape'] ?? layer.config['batch_shape']);
  if (!shape.success)
    throw unknown(layer, `its input is ${JSON.stringify(layer.config['batch_input_shape'])}, not one image`);
  return { name, shape: shape.data.slice(1) as number[], work: { kind: 'input' } };
}

function workOf(layer: LayerConfig, before: readonly number[], weights: Weights): Built {
  switch (layer.kind) {
    case 'Conv2D':
      return conv(layer, before, weights);
    case 'Dense':
      return dense(layer, before, weights);
    case 'BatchNormalization':
      return normalise(layer, before, weights);
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      return pool(layer, before);
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling2D':
      image(layer, before);
      only(layer, { keepdims: [false, undefined] });
      return {
        shape: before.slice(2),
        work: { kind: 'global-pool', of: layer.kind.startsWith('GlobalMax') ? 'max' : 'mean' },
      };
    case 'Flatten':
      only(layer, { data_format: ['channels_last', undefined] });
      return { shape: [before.reduce((product, side) => product * side, 1)], work: { kind: 'flatten' } };
    case 'Activation':
      return { shape: before, work: { kind: 'activate', activation: activationOf(layer) } };
    case 'Softmax':
      only(layer, { axis: [-1, undefined] });
      return { shape: before, work: { kind: 'activate', activation: 'softmax' } };
    case 'ReLU':
      only(layer, { max_value: [null, undefined], negative_slope: [0, undefined], threshold: [0, undefined] });
      return { shape: before, work: { kind: 'activate', activation: 'relu' } };
    case 'Dropout':
    case 'SpatialDropout2D':
      return { shape: before, work: { kind: 'identity' } };
    default:
      throw unknown(layer, 'this kind of layer is not known');
  }
}

function conv(layer: LayerConfig, before: readonly number[], weights: Weights): Built {
  only(layer, { data_format: ['channels_last', undefined], groups: [1, undefined] });
  if (pairOf(layer, 'dilation_rate', [1, 1]).some((rate) => rate !== 1))
    throw unknown(layer, 'it is dilated, which is not known');
  const [rows, columns, channels] = image(layer, before);
  const size = pairOf(layer, 'kernel_size');
  const window = slidingOver([rows, columns], size, pairOf(layer, 'strides', [1, 1]), paddingOf(layer));
  const filters = countOf(layer, 'filters');
  const kernel = weights.get('kernel', [...size, channels, filters]);
  const work: LayerWork = {
    kind: 'conv',
    window,
    kernel,
    bias: weights.orFilled('bias', filters, layer.config['use_bias'] === false ? 0 : undefined),
    activation: activationOf(layer),
  };
  return { shape: [...window.gives, filters], work };
}

function dense(layer: LayerConfig, before: readonly number[], weights: Weights): Built {
  const [numbers] = before;
  if (before.length !== 1 || numbers === undefined) throw unknown(layer, 'it does not follow a flat layer');
  const units = countOf(layer, 'units');
  const kernel = weights.get('kernel', [numbers, units]);
  const bias = weights.orFilled('bias', units, layer.config['use_bias'] === false ? 0 : undefined);
  return { shape: [units], work: { kind: 'dense', kernel, bias, activation: activationOf(layer) } };
}

function normalise(layer: LayerConfig, before: readonly number[], weights: Weights): Built {
  // The axis counts the batch as 0, so the last one has the number of sides.
  const axis = [layer.config['axis']].flat()[0];
  if (axis !== before.length && axis !== -1) throw unknown(layer, `its axis is ${JSON.stringify(axis)}, not the last`);
  const channels = before.at(-1) ?? 0;
  const { config } = layer;
  const work: LayerWork = {
    kind: 'normalise',
    gamma: weights.orFilled('gamma', channels, config['scale'] === false ? 1 : undefined),
    beta: weights.orFilled('beta', channels, config['center'] === false ? 0 : undefined),
    mean: weights.get('moving_mean', [channels]).data,
    variance: weights.get('moving_variance', [channels]).data,
    epsilon: typeof config['epsilon'] === 'number' ? config['epsilon'] : 0.001,
  };
  return { shape: before, work };
}

function pool(layer: LayerConfig, before: readonly number[]): Built {
  only(layer, { data_format: ['channels_last', undefined] });
  const [rows, columns, channels] = image(layer, before);
  const size = pairOf(layer, 'pool_size');
  const window = slidingOver([rows, columns], size, pairOf(layer, 'strides', size), paddingOf(layer));
  return {
    shape: [...window.gives, channels],
    work: { kind: 'pool', of: layer.kind.startsWith('Max') ? 'max' : 'mean', window },
  };
}

function image(layer: LayerConfig, before: readonly number[]): [number, number, number] {
  if (before.length !== 3) throw unknown(layer, 'it does not follow a layer that gives an image');
  return before as unknown as [number, number, number];
}

function activationOf(layer: LayerConfig): (typeof activations)[number] {
  const name = layer.config['activation'] ?? 'linear';
  const known = activations.find((activation) => activation === name);
  if (known === undefined) throw unknown(layer, `the activation ${JSON.stringify(name)} is not known`);
  return known;
}

function paddingOf(layer: LayerConfig): 'same' | 'valid' {
  const { padding } = layer.config;
  if (padding !== 'same' && padding !== 'valid')
    throw unknown(layer, `the padding ${JSON.stringify(padding)} is not known`);
  return padding;
}

function pairOf(layer: LayerConfig, setting: string, missing?: Pair): Pair {
  const pair = z.tuple([z.int().min(1), z.int().min(1)]).safeParse(layer.config[setting] ?? missing);
  if (!pair.success) throw unknown(layer, `${setting} is ${JSON.stringify(layer.config[setting])}`);
  return pair.data;
}

function countOf(layer: LayerConfig, setting: string): number {
  const count = z.int().min(1).safeParse(layer.config[setting]);
  if (!count.success) throw unknown(layer, `${setting} is ${JSON.stringify(layer.config[setting])}`);
  return count.data;
}

/** Settings that have to be one of these values. */
function only(layer: LayerConfig, allowed: { readonly [setting: string]: readonly unknown[] }): void {
  for (const [setting, values] of Object.entries(allowed)) {
    const value = layer.config[setting];
    if (!values.includes(value)) throw unknown(layer, `${setting} ${JSON.stringify(value)} is not known`);
  }
}

function unknown({ name, kind }: LayerConfig, why: string): Error {
  return kerasFailures['keras-layer']({ layer: name, kind, why });
}
