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
  'path-outside': {
    about: 'A path lies outside of the repository.',
    message: (of: { readonly path: string; readonly root: string }) => `${of.path} lies outside of ${of.root}`,
    hint: () => 'Take data from elsewhere in with `registry:import-url`, or with `registry:add --to`.',
  },
  'path-missing': {
    about: 'A file or folder that was named is not there.',
    message: (of: { readonly path: string }) => `${of.path} is not there`,
  },
  'git-tracked': {
    about: 'Git tracks the data itself; two keepers of one file would disagree.',
    message: (of: { readonly path: string }) => `${of.path} is tracked by git`,
    hint: (of: { readonly path: string }) => `Run: git rm -r --cached '${of.path}', commit, and try again.`,
  },
  'outs-overlap': {
    about: 'A path lies inside another tracked output, or the other way round.',
    message: (of: { readonly path: string; readonly other: string; readonly file: string }) =>
      `${of.path} overlaps ${of.other}, which ${of.file} tracks`,
  },
  'no-git': {
    about: 'A registry was to be made with git in a folder that is no git work tree.',
    message: (of: { readonly folder: string }) => `${of.folder} is not inside a git work tree`,
    hint: () => 'Run `git init` first, or give --no-git.',
  },
  'repo-there': {
    about: '`registry:init` found a repository where one was to be made.',
    message: (of: { readonly folder: string }) => `${of.folder} is a DVC repository already`,
  },
  'ignore-inside': {
    about: 'A tracked folder holds a .dvcignore; DVC refuses that, because the file would change what is tracked.',
    message: (of: { readonly path: string }) => `${of.path} lies inside a folder to be tracked`,
    hint: () => 'Move its lines to a .dvcignore above the folder.',
  },
});
