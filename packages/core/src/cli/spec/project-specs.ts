import { type CommandSpec, jsonFlag, toggle } from './command-spec.ts';

const place = {
  name: 'place',
  description: 'A folder, a store URL or a place such as cloud:sets',
  required: true,
  completes: 'file',
} as const;

/** Commands around the project and its plugins. */
export const projectSpecs: readonly CommandSpec[] = [
  {
    name: 'init',
    group: 'project',
    summary: 'Start a project in this folder',
    description:
      'Writes runner.yaml, adds what is missing to package.json and .gitignore, and changes nothing that is there.',
    args: [],
    flags: [],
    examples: ['runner init'],
  },
  {
    name: 'plugins list',
    group: 'project',
    summary: 'List the plugins of this project',
    args: [],
    flags: [jsonFlag],
    examples: ['runner plugins list'],
  },
  {
    name: 'plugins add',
    group: 'project',
    summary: 'Install a plugin and name it in runner.yaml',
    args: [{ name: 'package', description: 'An npm package, or the path of a local file', required: true }],
    flags: [],
    examples: ['runner plugins add @dataset-runner/plugin-diatom', 'runner plugins add ./plugins/ours.ts'],
  },
  {
    name: 'plugins remove',
    group: 'project',
    summary: 'Take a plugin out of runner.yaml and uninstall it',
    args: [{ name: 'package', description: 'As runner.yaml names it', required: true, completes: 'plugin' }],
    flags: [],
    examples: ['runner plugins remove @dataset-runner/plugin-diatom'],
  },
  {
    name: 'plugins create',
    group: 'project',
    summary: 'Write a plugin of one file and name it in runner.yaml, or a package',
    args: [{ name: 'name', description: 'The word before the colon', required: true }],
    flags: [toggle('package', 'A package of its own, with a test, ready to be published')],
    examples: ['runner plugins create ours', 'runner plugins create ours --package'],
  },
  {
    name: 'plugins build',
    group: 'project',
    summary: 'Write runner.manifest.json of the plugin package in this folder',
    args: [
      { name: 'folder', description: 'The package; this folder when left out', required: false, completes: 'file' },
    ],
    flags: [toggle('check', 'Fail when the manifest is not up to date')],
    examples: ['runner plugins build'],
  },
  {
    name: 'plugins doctor',
    group: 'project',
    summary: 'Load every plugin and say what it needs, with times',
    args: [],
    flags: [jsonFlag],
    examples: ['runner plugins doctor'],
  },
  {
    name: 'completion',
    group: 'project',
    summary: 'Print the completion script of a shell',
    args: [
      {
        name: 'shell',
        description: 'bash, zsh or fish',
        required: true,
        completes: 'choice',
        choices: ['bash', 'zsh', 'fish'],
      },
    ],
    flags: [],
    examples: ['source <(runner completion bash)', 'runner completion fish > ~/.config/fish/completions/runner.fish'],
  },
];

/** Commands on stores; they work outside a project too. */
export const storeSpecs: readonly CommandSpec[] = [
  {
    name: 'store ls',
    group: 'store',
    summary: 'List the files of a place',
    args: [place],
    flags: [toggle('all', 'Every file below, not one level'), jsonFlag],
    examples: ['runner store ls cloud:sets', 'runner store ls s3://bucket/raw --all'],
  },
  {
    name: 'store cat',
    group: 'store',
    summary: 'Print a file',
    args: [{ ...place, name: 'file', description: 'Its path or URL' }],
    flags: [],
    examples: ['runner store cat cloud:sets/dataset.json'],
  },
  {
    name: 'store cp',
    group: 'store',
    summary: 'Copy a file, or a folder with all that is in it',
    args: [
      { ...place, name: 'from', description: 'A file or a folder' },
      { ...place, name: 'to', description: 'Its new path or URL' },
    ],
    flags: [toggle('overwrite', 'Replace files that are there')],
    examples: ['runner store cp ./sets cloud:sets'],
  },
  {
    name: 'store rm',
    group: 'store',
    summary: 'Remove a file, or with --all everything below a place',
    args: [place],
    flags: [toggle('all', 'Everything below')],
    examples: ['runner store rm cloud:sets/old.zip'],
  },
  {
    name: 'store check',
    group: 'store',
    summary: 'Write, read, list and remove a small file, and say what the store can do',
    args: [place],
    flags: [jsonFlag],
    examples: ['runner store check cloud:sets'],
  },
];
