import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong in ways only this plugin knows; `number` in `--json` is the exit code DVC would give. */
export const registryFailures = defineFailures('registry', {
  'no-repo': {
    about: 'No folder from the given one upwards is a DVC repository.',
    message: (of: { readonly folder: string }) => `${of.folder} is not inside a DVC repository`,
    hint: () => 'Make one with `runner run registry:init`.',
  },
  'file-broken': {
    about: 'A DVC file (.dvc, dvc.yaml, dvc.lock, config) cannot be read; the place of the first fault is named.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}:${of.line}: ${of.why}`,
  },
  'key-unknown': {
    about: 'A DVC file or config holds a key that DVC does not know; DVC itself would refuse the whole file.',
    message: (of: { readonly file: string; readonly key: string; readonly known: readonly string[] }) =>
      `${of.file}: unknown key '${of.key}'; known here: ${of.known.join(', ')}`,
  },
  'name-not-utf8': {
    about: 'A file name is not valid UTF-8, so it has no place in a .dir object.',
    message: (of: { readonly folder: string; readonly name: string }) =>
      `a file in ${of.folder} has a name that is not UTF-8: ${of.name}`,
    hint: () => 'Rename it, or name it in .dvcignore.',
  },
  'not-a-file': {
    about: 'Something in a tracked folder is neither file nor folder: a FIFO, a socket or a device.',
    message: (of: { readonly path: string; readonly kind: string }) => `${of.path} is a ${of.kind}`,
    hint: () => 'Remove it, or name it in .dvcignore.',
  },
  'link-broken': {
    about: 'A symbolic link in a tracked folder leads nowhere.',
    message: (of: { readonly path: string }) => `${of.path} is a link to a file that is not there`,
  },
  'ignore-inside': {
    about: 'A tracked folder holds a .dvcignore; DVC refuses that, because the file would change what is tracked.',
    message: (of: { readonly path: string }) => `${of.path} lies inside a folder to be tracked`,
    hint: () => 'Move its lines to a .dvcignore above the folder.',
  },
});
