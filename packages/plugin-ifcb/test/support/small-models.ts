import { writeOnnx } from '@dataset-runner/kit/onnx-write';

/** A model whose answer is known beforehand: `bright` scores the mean of the pixels over 255, `dark` the rest of one. */
export function brightnessModel(
  options: {
    readonly side?: number;
    readonly channels?: number;
    readonly batch?: number;
    readonly classes?: boolean;
    /** What `dark` scores for black. */
    readonly bias?: number;
  } = {},
): Uint8Array {
  const { side = 16, channels = 1, batch = 'N', classes = true, bias = 1 } = options;
  const weights = Float32Array.from({ length: 2 * channels }, (_, at) => (at % 2 === 0 ? 1 : -1) / 255 / channels);
  return writeOnnx({
    name: 'brightness',
    inputs: [{ name: 'image', dims: [batch, side, side, channels] }],
    outputs: [{ name: 'scores', dims: [batch, 2] }],
    nodes: [
      { op: 'Transpose', inputs: ['image'], outputs: ['first'], attributes: { perm: { ints: [0, 3, 1, 2] } } },
      { op: 'GlobalAveragePool', inputs: ['first'], outputs: ['mean'] },
      { op: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
      { op: 'Gemm', inputs: ['flat', 'w', 'b'], outputs: ['scores'] },
    ],
    constants: [
      { name: 'w', dims: [channels, 2], data: weights },
      { name: 'b', dims: [2], data: Float32Array.of(0, bias) },
    ],
    ...(classes ? { metadata: { classes: '["bright","dark"]' } } : {}),
  });
}

/** A model as PyTorch writes them: RGB with channels first, any side; it gives the mean of each channel, over one. */
export function channelModel(): Uint8Array {
  return writeOnnx({
    name: 'channels',
    inputs: [{ name: 'x', dims: [1, 3, 'H', 'W'] }],
    outputs: [{ name: 'y', dims: [1, 3] }],
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['mean'] },
      { op: 'Flatten', inputs: ['mean'], outputs: ['y'] },
    ],
    constants: [],
    metadata: { classes: '["red","green","blue"]' },
  });
}

/** A model that takes two numbers instead of an image. */
export function numberModel(): Uint8Array {
  return writeOnnx({
    name: 'numbers',
    inputs: [{ name: 'x', dims: ['N', 2] }],
    outputs: [{ name: 'y', dims: ['N', 2] }],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    constants: [],
  });
}
