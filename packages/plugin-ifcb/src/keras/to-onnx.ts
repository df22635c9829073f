import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxPort } from '@dataset-runner/kit/onnx-write';
import type { Activation, Layer, Network, Sliding, Weight } from './network.ts';

const operatorOf: { readonly [A in Exclude<Activation, 'linear'>]: string } = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
};

/**
 * Writes a network as an ONNX graph that takes what the original takes: images with channels last, any number at once.
 *
 * Inside, channels come first, which is what runtimes compute fastest. The value a layer gives has the layer's name, so
 * with `everyLayer` each one is an output and can be compared.
 */
export function toOnnx(
  network: Network,
  options: { readonly metadata?: { readonly [key: string]: string }; readonly everyLayer?: boolean } = {},
): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const [input, ...layers] = network.layers as readonly [Layer, ...Layer[]];
  const first = `${input.name}/channels_first`;
  nodes.push({ op: 'Transpose', inputs: [input.name], outputs: [first], attributes: { perm: { ints: [0, 3, 1, 2] } } });
  let before: Layer = { ...input, name: first };
  for (const layer of layers) {
    addLayer(layer, before, nodes, constants);
    before = layer;
  }
  const outputs = (options.everyLayer === true ? layers : layers.slice(-1)).map(portOf);
  return {
    name: network.name,
    inputs: [{ name: input.name, dims: ['N', ...input.shape] }],
    outputs,
    nodes,
    constants,
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
  };
}

function portOf({ name, shape }: Layer): OnnxPort {
  const [rows, columns, channels] = shape;
  return { name, dims: shape.length === 3 ? ['N', channels!, rows!, columns!] : ['N', ...shape] };
}

function addLayer(layer: Layer, before: Layer, nodes: OnnxNode[], constants: OnnxConstant[]): void {
  const { name, work } = layer;
  const weight = (part: string, dims: readonly number[], data: Float32Array): string => {
    constants.push({ name: `${name}/${part}`, dims, data });
    return `${name}/${part}`;
  };
  const add = (
    op: string,
    inputs: readonly string[],
    attributes: { readonly [name: string]: OnnxAttribute } = {},
  ): void => {
    nodes.push({ op, inputs, outputs: [name], attributes });
  };
  switch (work.kind) {
    case 'input':
      throw new Error(`'${name}' is an input in the middle of a chain`);
    case 'identity':
      return add('Identity', [before.name]);
    case 'activate':
      return nodes.push(...activationNodes(before.name, name, work.activation)) as unknown as void;
    case 'conv': {
      const { kernel, bias, window, activation } = work;
      const [rows, columns, channels, filters] = kernel.dims as readonly [number, number, number, number];
      const inputs = [
        before.name,
        weight('kernel', [filters, channels, rows, columns], filtersFirst(kernel)),
        weight('bias', [filters], bias),
      ];
      return addActivated('Conv', inputs, windowOf(window), activation);
    }
    case 'dense': {
      const inputs = [
        before.name,
        weight('kernel', work.kernel.dims, work.kernel.data),
        weight('bias', [work.bias.length], work.bias),
      ];
      return addActivated('Gemm', inputs, {}, work.activation);
    }
    case 'pool': {
      const more = work.of === 'max' ? {} : { count_include_pad: { int: 0 } };
      return add(work.of === 'max' ? 'MaxPool' : 'AveragePool', [before.name], { ...windowOf(work.window), ...more });
    }
    case 'global-pool':
      nodes.push({
        op: work.of === 'max' ? 'GlobalMaxPool' : 'GlobalAveragePool',
        inputs: [before.name],
        outputs: [`${name}/pooled`],
      });
      return add('Flatten', [`${name}/pooled`]);
    case 'normalise': {
      const parts = (['gamma', 'beta', 'mean', 'variance'] as const).map((part) =>
        weight(part, [work[part].length], work[part]),
      );
      return add('BatchNormalization', [before.name, ...parts], { epsilon: { float: work.epsilon } });
    }
    case 'flatten': {
      if (before.shape.length === 1) return add('Identity', [before.name]);
      // The layers behind were trained on channels last.
      const last = `${name}/channels_last`;
      nodes.push({
        op: 'Transpose',
        inputs: [before.name],
        outputs: [last],
        attributes: { perm: { ints: [0, 2, 3, 1] } },
      });
      return add('Flatten', [last]);
    }
  }

  function addActivated(
    op: string,
    inputs: readonly string[],
    attributes: { readonly [name: string]: OnnxAttribute },
    activation: Activation,
  ): void {
    if (activation === 'linear') return add(op, inputs, attributes);
    nodes.push({ op, inputs, outputs: [`${name}/linear`], attributes });
    nodes.push(...activationNodes(`${name}/linear`, name, activation));
  }
}

// Channels are axis 1 of an image and of a flat layer alike.
function activationNodes(from: string, to: string, activation: Activation): OnnxNode[] {
  if (activation === 'linear') return [{ op: 'Identity', inputs: [from], outputs: [to] }];
  const attributes: { [name: string]: OnnxAttribute } = activation === 'softmax' ? { axis: { int: 1 } } : {};
  return [{ op: operatorOf[activation], inputs: [from], outputs: [to], attributes }];
}

function windowOf({ size, strides, before, after }: Sliding): { [name: string]: OnnxAttribute } {
  return { kernel_shape: { ints: size }, strides: { ints: strides }, pads: { ints: [...before, ...after] } };
}

/** Rows, columns, channels, filters to filters, channels, rows, columns. */
function filtersFirst({ dims, data }: Weight): Float32Array {
  const [rows, columns, channels, filters] = dims as readonly [number, number, number, number];
  const taps = rows * columns;
  const out = new Float32Array(data.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++)
        out[(filter * channels + channel) * taps + tap] = data[(tap * channels + channel) * filters + filter]!;
    }
  }
  return out;
}
