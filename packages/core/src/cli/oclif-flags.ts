import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import type { FlagSpec } from '../config/flags.ts';
import type { ArgSpec } from './spec/command-spec.ts';

type OclifFlag = FlagInput[string];

/**
 * Returns oclif's flags for ours. Values stay texts: the config layer converts and checks them with those from
 * the environment and the project file, so that a wrong value reads the same wherever it came from.
 */
export function oclifFlags(specs: readonly FlagSpec[]): FlagInput {
  const flags: FlagInput = {};
  for (const spec of specs) flags[spec.name] = oclifFlag(spec);
  return flags;
}

function oclifFlag(spec: FlagSpec): OclifFlag {
  const common = {
    ...(spec.short === undefined ? {} : { char: spec.short as 'x' }),
    // People who know the config write `--testCount` too.
    ...(spec.param === spec.name ? {} : { aliases: [spec.param] }),
  };
  if (spec.type === 'boolean' && !spec.multiple) return boolean({ ...common, allowNo: true });
  // Not greedy: `--species a b` must not swallow the positional argument b.
  return spec.multiple ? string({ ...common, multiple: true, multipleNonGreedy: true }) : string(common);
}

/** Returns oclif's arguments: the command's own, then the positional params of a task. */
export function oclifArgs(
  own: readonly ArgSpec[],
  params: readonly FlagSpec[],
): { [name: string]: ReturnType<typeof stringArg> } {
  const args: { [name: string]: ReturnType<typeof stringArg> } = {};
  // oclif would read a missing argument from stdin, and wait for it.
  for (const arg of own) args[arg.name] = stringArg({ name: arg.name, required: arg.required, ignoreStdin: true });
  const positional = params.filter((spec) => spec.positional !== undefined);
  for (const spec of positional.toSorted((a, b) => (a.positional ?? 0) - (b.positional ?? 0))) {
    args[positionalName(spec)] = stringArg({ name: spec.name, required: false, ignoreStdin: true });
  }
  return args;
}

/** The name of a positional param among the arguments; apart from the command's own `task`. */
export function positionalName(spec: FlagSpec): string {
  return `param:${spec.param}`;
}
