import type { WordsOf } from './words.ts';

/** Outputs and the places they lie in; who holds a line. */
export const outputWords: WordsOf<'output' | 'place' | 'state'> = {
  'output.claimed': {
    means: 'Another task or step made this file, and it stays theirs.',
    title: (f) => `${f.key} in ${f.place} belongs to ${f.owner}`,
    hint: () => 'Write to another place, or give this output another name.',
  },
  'output.foreign': {
    means: 'A file with other bytes is where an output goes, and no run of this project made it.',
    title: (f) =>
      f.why === undefined
        ? `${f.key} in ${f.place} was not made by this project and is different`
        : `${f.key} in ${f.place} cannot be written: ${f.why}`,
    hint: (f) => `Move it away or write to another place${f.why === undefined ? '; --overwrite replaces it' : ''}.`,
  },
  'output.collision': {
    means: 'Two outputs of one place have names that some file systems take for the same.',
    title: (f) => `${f.key} and ${f.other} in ${f.place} cannot both exist`,
    hint: () => 'Names must differ by more than case or accents: rename one of them.',
  },
  'output.missing': {
    means: 'A step said that it wrote a file, and the file is not there.',
    title: (f) => `${f.key} should have been written to ${f.place} and is not there`,
    hint: () =>
      'This is for the author of the step: wrote(key) comes after the program that writes the file has ended.',
  },
  'place.damaged': {
    means: 'Files of a published place are missing or have other bytes than were published.',
    title: (f) => `${f.place} is not what was published`,
    problems: (f) => f.problems,
    hint: () => 'Run the task that made it with --verify; it makes what is missing or different again.',
  },
  'state.held': {
    means: 'Another runner works on the same step and place.',
    title: (f) => `${f.line} is being worked on by ${f.holder}`,
    hint: () => 'Run without --no-wait to go on as soon as it has ended.',
  },
  'state.deadlock': {
    means: 'Two runners wait for each other.',
    title: (f) => `${f.line} is held by ${f.holder}, which waits for this run`,
    hint: () => 'Run again when the other one has ended; nothing done is lost.',
  },
  'state.network': {
    means: 'The folder `.runner` lies on a network file system, where locks and databases are not safe.',
    title: (f) => `${f.path} is on a network file system (${f.kind})`,
    hint: () => 'Keep the project on a local disk; what it reads and writes may lie anywhere.',
  },
  'state.newer': {
    means: 'The project was last used by a newer runner.',
    title: (f) => `${f.path} was written by a newer runner (format ${f.found}, this one knows ${f.supported})`,
    hint: () => 'Update this one: npm install @dataset-runner/core@latest',
  },
};
