import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong in ways only this plugin knows. */
export const diatomFailures = defineFailures('diatom', {
  'folder-empty': {
    about: 'An entry of the file list names a folder that its archive does not have, or that holds no picture.',
    message: (of: {
      readonly index: number;
      readonly archive: string;
      readonly folder: string;
      readonly found: readonly string[];
    }) =>
      `entry ${of.index + 1}: '${of.folder}' in ${of.archive} has no pictures; the archive has pictures in ${of.found.map((name) => `'${name}'`).join(', ') || 'no folder'}`,
    hint: () =>
      'Correct exploded_folder_name in the file list; it is case-sensitive, and empty means the whole archive.',
  },
  'no-pictures': {
    about: 'A place that should hold pictures by class has none.',
    message: (of: { readonly place: string; readonly wanted: string }) => `${of.place} has no ${of.wanted}`,
  },
  'leak-found': {
    about: 'The same picture stands in two splits of a set, and the task was asked to fail then.',
    message: (of: { readonly pairs: number; readonly first: string; readonly report: string }) =>
      `${of.pairs} ${of.pairs === 1 ? 'pair of pictures crosses' : 'pairs of pictures cross'} the splits, for example ${of.first}`,
    hint: (of: { readonly report: string }) =>
      `${of.report} shows them all. Pictures of one specimen are kept together by --group-by.`,
  },
  'file-missing': {
    about: 'A folder lacks a file that the task cannot do without.',
    message: (of: { readonly place: string; readonly name: string }) => `${of.place} has no ${of.name}`,
  },
  'zip-missing': {
    about: 'The zip that is to be uploaded is not there.',
    message: (of: { readonly place: string; readonly name: string }) => `${of.place} has no ${of.name}`,
    hint: () => 'Make it with `runner run diatom:pack`.',
  },
  'same-zip': {
    about: 'The zip that is to be removed after its upload is the uploaded one: the places are one folder.',
    message: (of: { readonly local: string; readonly uploaded: string }) =>
      `${of.local} and ${of.uploaded} are one file; nothing was removed`,
    hint: () => 'Upload to another place, or leave out --move.',
  },
  'program-missing': {
    about: 'A program this task starts is not installed.',
    message: (of: { readonly program: string; readonly wanted: string }) =>
      `'${of.program}' is not installed; it is needed to ${of.wanted}`,
  },
  'program-failed': {
    about: 'A program this task started ended with an error; the message ends with its last lines.',
    message: (of: { readonly command: string; readonly how: string; readonly output: string }) =>
      `${of.command} ${of.how}${of.output === '' ? '' : `:\n${of.output}`}`,
  },
  'machine-unset': {
    about: 'The kind of machine to train on needs settings that are not given.',
    message: (of: { readonly kind: string; readonly param: string }) =>
      `compute '${of.kind}' needs the param '${of.param}'`,
    hint: (of: { readonly param: string }) => `Write it under tasks: in runner.yaml, or give --${of.param} a file.`,
  },
  'machine-late': {
    about: 'A started machine did not become ready in time; it was told to stop.',
    message: (of: { readonly name: string; readonly waitedMs: number; readonly output: string }) =>
      `${of.name} was not ready after ${Math.round(of.waitedMs / 1000)} s${of.output === '' ? '' : `: ${of.output}`}`,
  },
});
