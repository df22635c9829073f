import { defineFailures } from '@dataset-runner/core/plugin';

/** What can be wrong with a model file and what runs it. */
export const onnxFailures = defineFailures('onnx', {
  'runtime-missing': {
    about: 'Running an ONNX model needs the package onnxruntime-node, and it cannot be loaded.',
    message: (of: { readonly why: string }) => `onnxruntime-node cannot be loaded: ${of.why}`,
    hint: () =>
      'Write the line `onnxruntime-node-install=skip` into the .npmrc of the project, then `npm install onnxruntime-node@1.30`; the line stops its installer, which fails where it may not download.',
  },
  'model-invalid': {
    about: 'The file is no ONNX model, or one with operators that the runtime does not know.',
    message: (of: { readonly model: string; readonly why: string }) =>
      `${of.model} cannot be loaded as a model: ${of.why}`,
  },
  'run-failed': {
    about: 'The runtime gave up while it ran a model.',
    message: (of: { readonly model: string; readonly why: string }) => `${of.model} failed while running: ${of.why}`,
  },
});
