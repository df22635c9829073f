import type { FlagSpec } from '../../config/flags.ts';

/** A command as plain data: what help, completion and the parser are made from, none of which needs the others. */
export interface CommandSpec {
  /** One word, or two for the members of a family: `store ls`. */
  readonly name: string;
  /** The heading it stands under in `runner --help`. */
  readonly group: 'work' | 'look' | 'project' | 'store';
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  /** In their order; required ones first, oclif knows no other way. */
  readonly args: readonly ArgSpec[];
  readonly flags: readonly FlagSpec[];
  /** Whole command lines; help shows them and a test checks that they name the command. */
  readonly examples: readonly string[];
}

export interface ArgSpec {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** What completion offers for it. */
  readonly completes?: 'task' | 'target' | 'choice' | 'file' | 'plugin';
  readonly choices?: readonly string[];
}

interface SwitchOptions {
  readonly short?: string;
}

/** A flag that is there or not. */
export function toggle(name: string, description: string, options: SwitchOptions = {}): FlagSpec {
  return { name, param: name, type: 'boolean', multiple: false, required: false, description, ...options };
}

/** A flag with a value. */
export function valued(
  name: string,
  description: string,
  options: SwitchOptions & Pick<FlagSpec, 'type'> & Partial<Pick<FlagSpec, 'choices' | 'default'>>,
): FlagSpec {
  return { name, param: name, multiple: false, required: false, description, ...options };
}

/** On every command whose answer a program could want. */
export const jsonFlag = toggle('json', 'Print JSON for programs');
