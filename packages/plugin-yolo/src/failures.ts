import { defineFailures } from '@dataset-runner/core/plugin';

/** Who writes a file that a task looks for, where it is not yolo:convert. */
const makersOf: { readonly [file: string]: string } = {
  'splits.csv': 'Make it with `runner run yolo:split`.',
  'feedback.csv': 'Name the folder that yolo:collect wrote, by default `retrain` below its --to.',
  'simulation.json': 'Name the --out of yolo:simulate.',
  'simulation.jsonl': 'Name the --out of yolo:simulate.',
};

/** What can go wrong in ways only this plugin knows. */
export const yoloFailures = defineFailures('yolo', {
  'row-invalid': {
    about: 'An annotation cannot become a label: a coordinate is no number, corners are reversed, a class is unknown.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}, line ${of.line}: ${of.why}`,
    hint: () => 'Correct the row, or leave such rows out and have them counted with --on-bad-row drop.',
  },
  'json-invalid': {
    about: 'A file that should be JSON of a known shape is not.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file}: ${of.why}`,
  },
  'size-missing': {
    about: 'The size of the original of an image is not known, so its boxes cannot be brought to shares of it.',
    message: (of: { readonly image: string; readonly where: string }) => `${of.image}: its size is not in ${of.where}`,
    hint: () =>
      'Give --sizes a CSV with image_id, dim0 (height) and dim1 (width) of the originals the boxes were drawn on.',
  },
  'param-missing': {
    about: 'A param that this choice of params cannot do without is not given.',
    message: (of: { readonly param: string; readonly wanted: string }) => `--${of.param} is needed ${of.wanted}`,
  },
  'images-missing': {
    about: 'None of the annotated images lies in the place given.',
    message: (of: { readonly place: string; readonly wanted: string }) =>
      `${of.place} has none of the annotated images, for example no ${of.wanted}`,
  },
  'no-annotations': {
    about: 'A folder that should hold annotations has none, so a set of them would be empty.',
    message: (of: { readonly place: string }) => `${of.place} has no annotations`,
  },
  'no-feedback': {
    about: 'A place that should hold feedback has none; what was collected before is left as it is.',
    message: (of: { readonly place: string }) => `${of.place} has no feedback (*.json at any depth)`,
    hint: () =>
      'Check the name, and that the disk is mounted. Tables without rows would replace those of the last time.',
  },
  'image-twice': {
    about: 'Two images would share one label file.',
    message: (of: { readonly one: string; readonly other: string }) => `${of.one} and ${of.other} would share a label`,
    hint: () =>
      'Rename one of the two. Annotations of VOC in several folders keep their images apart by <filename>a/1.jpg</filename>, the path below --images.',
  },
  'source-unreadable': {
    about: 'What a set is to be fetched from is neither an archive, nor a folder with files, nor a Kaggle dataset.',
    message: (of: { readonly from: string; readonly why: string }) => `${of.from} ${of.why}`,
    hint: () => 'Give an archive, a folder or store, an http address, or kaggle:<owner>/<name>.',
  },
  'set-missing': {
    about: 'A place does not hold what another task of this plugin writes: a set, feedback, a simulation.',
    message: (of: { readonly place: string; readonly file: string }) => `${of.place} has no ${of.file}`,
    hint: ({ file }: { readonly file: string }) => makersOf[file] ?? 'Make it with `runner run yolo:convert`.',
  },
  'line-invalid': {
    about: 'A line of a file that this plugin wrote has another shape now.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}, line ${of.line}: ${of.why}`,
  },
  'upload-into-set': {
    about: 'A set would be uploaded into itself: what is uploaded would be part of it the next time.',
    message: (of: { readonly set: string; readonly to: string }) =>
      of.to === of.set ? `${of.to} is the set itself` : `${of.to} lies inside the set, ${of.set}`,
    hint: () => 'Name a place outside the set with --to.',
  },
  'split-sizes': {
    about: 'The sizes of the splits contradict each other or the number of images.',
    message: (of: { readonly why: string }) => of.why,
  },
  'pattern-invalid': {
    about: 'A pattern that tells the group of an image is no regular expression.',
    message: (of: { readonly pattern: string; readonly why: string }) => `--group-by '${of.pattern}': ${of.why}`,
    hint: () =>
      "Quote it for the shell, as in --group-by '^(\\d{8})_'; a bracket that is meant itself has a \\ before it.",
  },
  'split-leak': {
    about: 'A split would put one group, or one image, into two parts; nothing was written.',
    message: (of: { readonly what: string; readonly name: string; readonly splits: readonly string[] }) =>
      `${of.what} ${of.name} stands in ${of.splits.join(' and ')}`,
    hint: () => 'With --sticky, splits of an earlier run may tear apart what is one group now; split anew without it.',
  },
  'group-missing': {
    about: 'An image has no group: the table does not list it, or the pattern does not match its name.',
    message: (of: { readonly image: string; readonly where: string }) => `${of.image} has no group in ${of.where}`,
  },
  'set-invalid': {
    about: 'Validation found errors (with --strict also warnings); the reports say where.',
    message: (of: { readonly errors: number; readonly warnings: number; readonly first: string }) =>
      `${of.errors} errors and ${of.warnings} warnings; the first: ${of.first}`,
  },
  'no-images': {
    about: 'A place has none of the images that are asked for.',
    message: (of: { readonly place: string; readonly prefix: string }) =>
      `${of.place} has no images${of.prefix === '' ? '' : ` of ${of.prefix}`}`,
  },
  'image-unreadable': {
    about: 'An image cannot be decoded, so nothing can be detected in it.',
    message: (of: { readonly image: string; readonly why: string }) => `${of.image} cannot be decoded: ${of.why}`,
  },
  'model-unusable': {
    about: 'A model is no detector of a known kind.',
    message: (of: { readonly model: string; readonly why: string }) => `${of.model} cannot be used: ${of.why}`,
    hint: () => 'Export it for the task detect, one image at a time, in float32; --layout says what the output means.',
  },
  'predictions-elsewhere': {
    about: 'Predictions name none of the images that are to be scored.',
    message: (of: { readonly wanted: string; readonly found: string }) =>
      `no prediction is of ${of.wanted}; the first is of ${of.found}`,
    hint: () => 'Make them from the same set, with `runner run yolo:predict --images <set>`.',
  },
  'stages-invalid': {
    about: 'The stages of a simulation are no list of workers, or of workers and seconds.',
    message: (of: { readonly stages: string; readonly part: string }) => `'${of.part}' of '${of.stages}' is no stage`,
    hint: () => 'Write workers, or <workers>x<seconds>, parted by commas: 1,2x30,5.',
  },
  'feedback-invalid': {
    about: 'A feedback file is cut short, or of no known form.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file} is no feedback: ${of.why}`,
    hint: () => 'Leave such files out and have them counted with --on-invalid warn.',
  },
  'class-unknown': {
    about: 'A param names a class that the set does not have.',
    message: (of: { readonly name: string; readonly classes: string }) => `'${of.name}' is none of ${of.classes}`,
  },
  'split-unknown': {
    about: 'A param names a split that the set does not have.',
    message: (of: { readonly name: string; readonly splits: readonly string[] }) =>
      `'${of.name}' is none of the splits ${of.splits.join(', ')}`,
  },
});
