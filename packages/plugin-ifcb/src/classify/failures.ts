import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong between images and their classes. */
export const classifyFailures = defineFailures('ifcb', {
  'no-images': {
    about: 'A place that should hold images of plankton has no PNG.',
    message: (of: { readonly place: string }) => `${of.place} has no .png files`,
    hint: () => 'Raw bins are given with --bins; `runner run ifcb:extract` makes images of them.',
  },
  'listing-scattered': {
    about: 'A store lists the images of one bin in several places of its listing, so they cannot be put together.',
    message: (of: { readonly group: string }) => `the images of '${of.group}' are not listed one after the other`,
    hint: () => 'Copy the images to a folder or a bucket first; those list in the order of names.',
  },
  'image-unreadable': {
    about: 'Images of a bin or folder cannot be decoded, or are not 8-bit; the bin or folder was not classified.',
    message: (of: { readonly file: string; readonly why: string; readonly others: number }) =>
      `${of.file} ${of.why}${of.others === 0 ? '' : ` (and ${of.others} more of the same bin or folder)`}`,
    hint: () => 'With --damaged leave-out such images are named in the log and the others are classified.',
  },
  'model-input': {
    about: 'A model takes something else than images in a form that a preset can make.',
    message: (of: { readonly model: string; readonly takes: string; readonly wanted: string }) =>
      `${of.model} takes ${of.takes}, not ${of.wanted}`,
  },
  'class-count': {
    about: 'A model, or the service that runs it, gives another number of scores than there are class names.',
    message: (of: { readonly model: string; readonly scores: string; readonly classes: number }) =>
      `${of.model} gives ${of.scores} for an image, and there are ${of.classes} class names`,
    hint: () => 'Name the classes in the order of the outputs with --classes.',
  },
  'score-invalid': {
    about: 'A model gives a score that is no number, so no class of the image has the highest one.',
    message: (of: { readonly image: string; readonly output: number }) =>
      `the model gives NaN for ${of.image}, in output ${of.output}`,
    hint: () => 'The model is damaged, or its numbers overflow, as those of 16-bit floats may.',
  },
  'class-twice': {
    about: 'Two outputs of a model have one class name, so nothing could tell their scores apart.',
    message: (of: { readonly name: string; readonly places: readonly number[] }) =>
      `two classes are called '${of.name}', those of the outputs ${of.places.join(' and ')}`,
    hint: () => 'Name the classes in the order of the outputs with --classes, each with a name of its own.',
  },
  'class-unknown': {
    about: 'A threshold is given for a class that the model does not have.',
    message: (of: { readonly name: string; readonly classes: readonly string[] }) =>
      `no class is called '${of.name}'; there are ${of.classes.join(', ')}`,
  },
  'endpoint-key': {
    about: 'The endpoint refuses the key: it is wrong, has expired or was replaced.',
    message: (of: { readonly url: string; readonly status: number }) =>
      `${of.url} refuses the key of the secret 'ifcb-endpoint-key' (${of.status}); it is wrong or has expired`,
    hint: () => 'Copy the key of the endpoint again, and give it to the secret `ifcb-endpoint-key`.',
  },
  'endpoint-refused': {
    about: 'The endpoint does not accept what it was sent, and would not the next time.',
    message: (of: { readonly url: string; readonly status: number; readonly answer: string }) =>
      `${of.url} answered ${of.status}: ${of.answer}`,
    hint: () => 'Check the address and --deployment; the endpoint keeps the log of its scoring script.',
  },
  'endpoint-busy': {
    about: 'The endpoint could not answer now (429, 5xx), several times in a row.',
    message: (of: { readonly url: string; readonly status: number; readonly tries: number }) =>
      `${of.url} answered ${of.status}, ${of.tries} times in a row`,
    transient: true,
  },
  'endpoint-answer': {
    about: 'What the endpoint answered is no list of scores, one list of numbers for each image.',
    message: (of: { readonly url: string; readonly why: string }) => `${of.url} answered something else: ${of.why}`,
  },
});
