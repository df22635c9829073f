import { defineFailures } from '@dataset-runner/core/plugin';

const defined = defineFailures('registry', {
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
  'link-impossible': {
    about: 'The file system can do none of the kinds of links that `cache.type` asks for.',
    message: (of: {
      readonly path: string;
      readonly types: readonly string[];
      readonly cacheDir: string;
      readonly why: string;
    }) => `${of.path} cannot be a ${of.types.join(' or ')} of a file in ${of.cacheDir} (${of.why})`,
    hint: () => 'Add copy to cache.type in .dvc/config, or put the cache on the same file system.',
  },
  'path-outside': {
    about: 'A path lies outside of the repository.',
    message: (of: { readonly path: string; readonly root: string }) => `${of.path} lies outside of ${of.root}`,
    hint: () => 'Take data from elsewhere in with `registry:import-url`, or with `registry:add --out`.',
  },
  'path-missing': {
    about: 'A file or folder that was named is not there.',
    message: (of: { readonly path: string }) => `${of.path} is not there`,
  },
  'target-unknown': {
    about: 'A path was named that no .dvc file and no stage tracks.',
    message: (of: { readonly target: string }) => `nothing tracks ${of.target === '' ? 'the repository' : of.target}`,
    hint: () => 'Track it with `registry:add`, or name the .dvc file.',
  },
  unsaved: {
    about: 'Files that a checkout would overwrite or remove are nowhere in the cache, so they would be lost.',
    message: (of: { readonly path: string; readonly count: number; readonly first: string }) =>
      `${of.path}: ${of.count} ${of.count === 1 ? 'file is' : 'files are'} not in the cache, as ${of.first}`,
    hint: () => 'Keep them with `registry:add` or `registry:commit`, or give --discard to lose them.',
  },
  locked: {
    about: 'Another dvc or runner works on the repository, and did not end within a minute.',
    message: (of: { readonly file: string; readonly holder: string }) =>
      `${of.file} is held by ${of.holder === '' ? 'another process' : `process ${of.holder}`}`,
    hint: () => 'Wait for it. The lock frees itself when its holder ends, however it ends.',
    transient: true,
  },
  'clone-failed': {
    about: 'Git could not clone or update the repository that data is taken from.',
    message: (of: { readonly url: string; readonly why: string }) => `${of.url}: ${of.why}`,
    hint: () => 'Look whether `git clone` of it works here.',
  },
  'path-there': {
    about: 'Something lies where tracked data was to be put.',
    message: (of: { readonly path: string }) => `${of.path} is there already`,
  },
  'revision-unknown': {
    about: 'Git knows no commit of that name.',
    message: (of: { readonly revision: string; readonly root: string }) =>
      `git in ${of.root} knows no commit '${of.revision}'`,
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
    about: 'A command needs git, and the folder is in no git work tree, or git gives no answer.',
    message: (of: { readonly folder: string }) => `${of.folder} is not inside a git work tree`,
    hint: () => 'Run `git init` first; `registry:init` also takes --no-git.',
  },
  'remote-none': {
    about: 'A command needs a remote, none was named, and the repository has no default one.',
    message: (of: { readonly root: string }) => `${of.root} has no default remote`,
    hint: () => 'Run `runner run registry:remote add NAME URL --default`.',
  },
  'remote-unknown': {
    about: 'The config has no remote of that name.',
    message: (of: { readonly name: string; readonly known: readonly string[] }) =>
      `there is no remote '${of.name}'; there ${of.known.length === 0 ? 'is none' : `are ${of.known.join(', ')}`}`,
  },
  'remote-url': {
    about: 'The url of a remote names no store that can be opened.',
    message: (of: { readonly name: string; readonly url: string; readonly why: string }) =>
      `remote '${of.name}'${of.url === '' ? '' : ` (${of.url})`}: ${of.why}`,
  },
  'url-unknown': {
    about: 'Data was to be imported from a URL that names no file or folder of a store.',
    message: (of: { readonly url: string; readonly why: string }) => `${of.url}: ${of.why}`,
    hint: () => 'Give a path, or s3://, gs://, azure://, webdav://, ssh:// or https:// with a path behind the host.',
  },
  'secret-missing': {
    about: 'A secret of a remote was given as a plain word, or its reference leads to nothing.',
    message: (of: { readonly reference: string }) =>
      of.reference === '' ? 'a secret is given as env:NAME or file:PATH' : `${of.reference} holds nothing`,
    hint: () => 'Put it into a variable or a file, so that no history and no log has it.',
  },
  'remote-there': {
    about: 'The config has a remote of that name already.',
    message: (of: { readonly name: string }) => `there is a remote '${of.name}' already`,
    hint: () => 'Give --replace to put another in its place.',
  },
  'word-missing': {
    about: 'A command was not told what it is about.',
    message: (of: { readonly action: string; readonly word: string }) => `${of.action} needs ${of.word}`,
  },
  'tree-broken': {
    about: 'The .dir object of a tracked folder is damaged, so nobody can say what belongs into the folder.',
    message: (of: { readonly oid: string; readonly path: string; readonly why: string }) =>
      `the object ${of.oid} of ${of.path} is damaged: ${of.why}`,
    hint: () => 'Remove it from the cache and run `registry:pull`, or track the folder again.',
  },
  'object-missing': {
    about: 'A .dvc file names bytes that the cache does not hold; they cannot be pushed.',
    message: (of: { readonly path: string; readonly key: string; readonly cacheDir: string }) =>
      `${of.path}: ${of.key} is not in ${of.cacheDir}`,
    hint: () => 'Get it with `registry:pull`, or track the data again with `registry:add`.',
  },
  'object-corrupt': {
    about: 'An object in a remote does not have the bytes its name promises; nothing of it was kept.',
    message: (of: { readonly oid: string; readonly store: string; readonly found: string }) =>
      `${of.oid} in ${of.store} is damaged: its bytes have the md5 ${of.found}`,
    hint: () => 'Push it again from a repository that has the data, after removing it from the remote.',
  },
  'object-lost': {
    about: 'A .dvc file names bytes that neither the cache nor the remote holds.',
    message: (of: { readonly key: string; readonly remote: string }) =>
      `${of.key} is not in the cache and not in ${of.remote}`,
    hint: () => 'Push it from the repository in which the data was added.',
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
  'path-reserved': {
    about:
      'Data was to have the name of a file that DVC or git reads: .dvc, dvc.yaml, dvc.lock, .gitignore, .dvcignore.',
    message: (of: { readonly path: string }) => `${of.path} has a name that DVC keeps for its own files`,
    hint: () => 'Give it another name.',
  },
  'path-linked': {
    about: 'A path to be tracked leads through a linked folder; DVC refuses that, for it has two names.',
    message: (of: { readonly path: string; readonly link: string }) =>
      of.path === of.link
        ? `${of.path} is a link to a folder`
        : `${of.path} lies behind ${of.link}, a link to a folder`,
    hint: () =>
      'Name the folder itself; from outside of the repository take it in with `registry:add FOLDER --out NAME`.',
  },
  'path-ignored': {
    about: 'A path that a .dvcignore hides was to be tracked; DVC refuses every command in such a repository.',
    message: (of: { readonly path: string }) => `${of.path} is hidden by a .dvcignore`,
    hint: () => 'Take its line out of .dvcignore, or let another one with ! in front follow.',
  },
});

// What `dvc` would have ended with, where that is not its 255 for any other error.
const dvcExits: { readonly [name: string]: number } = {
  'no-repo': 253,
  'remote-none': 251,
  'remote-unknown': 251,
  'remote-url': 251,
  'key-unknown': 251,
  'word-missing': 254,
  'url-unknown': 1,
  'path-missing': 1,
  'path-outside': 1,
  'target-unknown': 1,
  'link-broken': 1,
  'outs-overlap': 1,
  'git-tracked': 1,
  'object-missing': 1,
  'object-lost': 1,
  'object-corrupt': 1,
};

/** What can go wrong in ways only this plugin knows; `details.dvcExit` in `--json` is the exit code DVC would give. */
export const registryFailures = withDvcExits(defined);

type Making = (details: object, base?: object) => unknown;

function withDvcExits<F extends object>(failures: F): F {
  const made = Object.entries(failures).map(([name, make]: [string, unknown]) => {
    if (typeof make !== 'function') return [name, make];
    const told: Making = (details, base) => (make as Making)({ ...details, dvcExit: dvcExits[name] ?? 255 }, base);
    return [name, told];
  });
  return Object.fromEntries(made) as F;
}
