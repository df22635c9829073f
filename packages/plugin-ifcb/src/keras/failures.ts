import { defineFailures } from '@dataset-runner/core/plugin';

/** What can be wrong with a Keras model that is to be converted. */
export const kerasFailures = defineFailures('ifcb', {
  'keras-invalid': {
    about: 'A file is no Keras architecture (the JSON of `model.to_json()`) that can be read.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file} is no Keras architecture: ${of.why}`,
    hint: () => 'Save it with `model.to_json()` of Keras 2; newer ones write another form.',
  },
  'keras-layer': {
    about: 'A layer of a Keras model, or one of its settings, cannot be converted.',
    message: (of: { readonly layer: string; readonly kind: string; readonly why: string }) =>
      `layer '${of.layer}' (${of.kind}): ${of.why}`,
    hint: () => 'Convert the model where it was trained, for example with tf2onnx, and classify with that file.',
  },
  'keras-weights': {
    about: 'A file of weights does not fit the architecture.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file}: ${of.why}`,
    hint: () => 'The weights have to come from `save_weights` or `save` of the very model the architecture describes.',
  },
  'model-differs': {
    about: 'A converted model computes something else than the original at one of its layers.',
    message: (of: { readonly layer: string; readonly difference: number; readonly allowed: number }) =>
      `layer '${of.layer}' differs by ${of.difference.toPrecision(3)} where ${of.allowed.toPrecision(3)} is allowed; the model was not written`,
    hint: () => 'This is a defect of the conversion; report it with the architecture.',
  },
});
