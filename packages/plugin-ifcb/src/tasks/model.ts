import { defineTask, fileRef, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { convertModel } from '../steps/convert-model.ts';

/** A Keras model as one file that needs no Python; nothing is written unless each layer computes what it should. */
export const model = defineTask({
  summary: 'Convert a Keras model (architecture JSON and weights) to ONNX, checked layer by layer',
  description:
    'Reads the architecture and the weights, writes an ONNX model and compares every layer with a plain reference pass on a random image. A layer it does not know is a failure.',
  examples: [
    'runner run ifcb:model --architecture ./model-cnn-v1-b3.json --weights ./model-cnn-v1-b3.h5 --out ./models',
    'runner run ifcb:model --architecture ./cnn.json --weights ./cnn.h5 --out ./models --classes ./classes.txt --name cnn-v2',
  ],
  params: z.object({
    architecture: fileRef().describe('What `model.to_json()` wrote'),
    weights: fileRef().describe('What `model.save_weights()` or `model.save()` wrote, as .h5'),
    out: storeUrl().describe('Where the model is written'),
    classes: source(z.array(z.string().min(1)).min(2))
      .optional()
      .describe('Names of the classes in the order of the outputs, kept in the model'),
    name: z
      .string()
      .regex(/^[\w.-]+$/)
      .optional()
      .describe('Name of the model; that of the architecture by default'),
  }),
  outputs: z.object({
    model: fileRef(),
    check: fileRef(),
    layers: z.int(),
    weights: z.int(),
    largestShare: z.number(),
  }),
  steps: { convertModel },

  async run({ params: { architecture, weights, out, classes, name }, once }) {
    // 1. Read both, convert, compare every layer, write.
    const called = name ?? (architecture.key.split('/').at(-1) ?? 'model').replace(/(\.architecture)?\.json$/i, '');
    return once(
      convertModel,
      { name: called, architecture, weights, classes: classes ?? null },
      { into: out, key: called },
    );
  },

  render: ({ model, layers, weights, largestShare }) =>
    `${layers} layers, ${weights} weights, largest difference ${largestShare.toExponential(1)}: ${model.store}/${model.key}`,
});
