import { type CommandSpec, jsonFlag, toggle } from './command-spec.ts';

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
    args: [{ name: 'package', description: 'An npm package, or the path of a local file or package', required: true }],
    flags: [],
    examples: [
      'runner plugins add @dataset-runner/plugin-diatom',
      'runner plugins add ./plugins/ours.ts',
      'runner plugins add ./dataset-runner-plugin-ours',
    ],
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
    examples: [
      'source <(runner completion bash)',
      'runner completion zsh > "${fpath[1]}/_runner"',
      'runner completion fish > ~/.config/fish/completions/runner.fish',
    ],
  },
];
