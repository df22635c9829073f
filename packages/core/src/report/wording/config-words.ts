import { didYouMean } from '../../lib/did-you-mean.ts';
import { counted } from '../units.ts';
import type { WordsOf } from './words.ts';

// Longer lists are noise; the command that shows the whole list is then the better answer.
const listedNames = 12;

function known(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  if (names.length <= listedNames) return `There is ${names.join(', ')}.`;
  return `There are ${names.length}, ${names.slice(0, listedNames).join(', ')} among them.`;
}

function nameHint(kind: string, name: string, names: readonly string[]): string {
  const close = didYouMean(name, names);
  if (close !== undefined) return `Did you mean ${close}?`;
  if (kind === 'task') return `${known(names)} See them with: runner tasks`;
  return known(names);
}

/** What people typed or wrote: the command line, names, `runner.yaml`, params, pipelines, secrets. */
export const configWords: WordsOf<'usage' | 'name' | 'config' | 'params' | 'pipeline' | 'secret'> = {
  'usage.invalid': {
    means: 'The command line asks for something that cannot be.',
    title: (f) => f.message,
    hint: () => 'See the command with --help.',
  },
  'name.unknown': {
    means: 'A name was used that nothing has: a task, a flag, a step, a store, a map.',
    title: (f) => `There is no ${f.kind} ${f.name}`,
    hint: (f) => nameHint(f.kind, f.name, f.known),
  },
  'config.missing': {
    means: 'There is no `runner.yaml` here or in a folder above.',
    title: (f) => `There is no runner.yaml in ${f.path} or above it`,
    hint: () => 'Go to your project, or start one here with: runner init',
  },
  'config.invalid': {
    means: 'The project file cannot be read as it is written.',
    title: (f) => `runner.yaml has ${counted(f.problems.length, 'problem')}`,
    problems: (f) => f.problems,
    hint: () => 'Nothing was run. Correct the file and try again.',
  },
  'params.invalid': {
    means: 'The params given to a task do not fit its schema.',
    title: (f) => `${f.task} cannot run with ${f.problems.length === 1 ? 'this param' : 'these params'}`,
    problems: (f) => f.problems,
    hint: (f) => `See what it takes with: runner run ${f.task} --help`,
  },
  'pipeline.invalid': {
    means:
      'A pipeline refers to tasks, params or outputs in a way that does not fit, or gives values that its tasks do not take.',
    title: (f) => `The pipeline ${f.pipeline} has ${counted(f.problems.length, 'problem')}`,
    problems: (f) => f.problems,
    hint: () => 'Nothing was run. Correct runner.yaml and try again.',
  },
  'secret.missing': {
    means: 'A secret is needed that its reference does not give.',
    title: (f) =>
      f.reference === ''
        ? `The secret ${f.name} is not to be had: ${f.why}`
        : `The secret ${f.name} is not to be had from ${f.reference}: ${f.why}`,
    hint: (f) =>
      f.reference.startsWith('env:')
        ? `Set it in the environment: export ${f.reference.slice(4)}=...`
        : `Make ${f.reference} give a value, or name another reference in runner.yaml.`,
  },
  'secret.inline': {
    means: 'A password or key is written where only a reference to one may be.',
    title: (f) => `${f.where} holds a secret in plain sight`,
    hint: () => 'Put it into the environment and write env:NAME instead; change it too, it may have been seen.',
  },
};
