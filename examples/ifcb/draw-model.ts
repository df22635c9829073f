// A classifier that looks at an image through 16 x 16 coarse pixels, with random weights: it shows the way, not the sea.
import { writeOnnx } from '../../packages/kit/src/onnx-write.ts';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { utopiaClasses } from '../../packages/plugin-ifcb/src/classify/classes.ts';

/** An ONNX file that gives ten scores for images of 128 x 128 pixels; equal seeds are equal bytes. */
export function drawModel(seed: string): Uint8Array {
  const random = seeded(seed);
  const weights = Float32Array.from({ length: 256 * 10 }, () => (random.below(2001) - 1000) / 150_000);
  return writeOnnx({
    name: 'coarse',
    inputs: [{ name: 'image', dims: ['N', 128, 128, 1] }],
    outputs: [{ name: 'scores', dims: ['N', 10] }],
    nodes: [
      { op: 'Transpose', inputs: ['image'], outputs: ['planes'], attributes: { perm: { ints: [0, 3, 1, 2] } } },
      {
        op: 'AveragePool',
        inputs: ['planes'],
        outputs: ['coarse'],
        attributes: { kernel_shape: { ints: [8, 8] }, strides: { ints: [8, 8] } },
      },
      { op: 'Flatten', inputs: ['coarse'], outputs: ['flat'] },
      { op: 'Gemm', inputs: ['flat', 'w', 'b'], outputs: ['sums'] },
      { op: 'Softmax', inputs: ['sums'], outputs: ['scores'], attributes: { axis: { int: 1 } } },
    ],
    constants: [
      { name: 'w', dims: [256, 10], data: weights },
      { name: 'b', dims: [10], data: new Float32Array(10) },
    ],
    metadata: { classes: JSON.stringify(utopiaClasses) },
  });
}
