import type { CommandSpec } from './command-spec.ts';
import { lookSpecs } from './look-specs.ts';
import { projectSpecs } from './project-specs.ts';
import { storeSpecs } from './store-specs.ts';
import { workSpecs } from './work-specs.ts';

/** Every command there is, in the order help shows them. */
export const commandSpecs: readonly CommandSpec[] = [...workSpecs, ...lookSpecs, ...projectSpecs, ...storeSpecs];

/** A command line told apart: its command and the words after the command's name. */
export interface Recognised {
  readonly spec: CommandSpec;
  readonly rest: readonly string[];
}

/** Returns the command the first words name, two words before one; undefined when they name none. */
export function recognise(argv: readonly string[]): Recognised | undefined {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const spec = commandSpecs.find((one) => one.name === name);
    if (spec !== undefined && argv.length >= words) return { spec, rest: argv.slice(words) };
  }
  // `runner diatom:build ...` is short for `runner run diatom:build ...`; only tasks have a colon in the first word.
  const [first] = argv;
  const run = commandSpecs.find((one) => one.name === 'run');
  if (run !== undefined && first !== undefined && isTaskId(first)) return { spec: run, rest: argv };
  return undefined;
}

/** Tells whether a word has the form `plugin:task`. */
export function isTaskId(word: string): boolean {
  return /^[a-z0-9][\w.-]*:[\w.-]+$/i.test(word);
}

/** The members of a family (`store` has `store ls`...), or nothing. */
export function familyOf(word: string): readonly CommandSpec[] {
  return commandSpecs.filter((one) => one.name.startsWith(`${word} `));
}
