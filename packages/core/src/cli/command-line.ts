import { fail } from '../model/failure.ts';
import type { CliContext } from './context.ts';
import { fastPath } from './fast-path.ts';
import { complete } from './complete.ts';
import { reportTrouble } from './trouble.ts';
import { exitCodes } from './exit-code.ts';
import { commandSpecs, recognise } from './spec/commands.ts';

/** Does what a command line asks; returns the exit code and never throws. */
export async function runCommandLine(context: CliContext): Promise<number> {
  try {
    if (await complete(context)) return exitCodes.ok;
    if (await fastPath(context)) return exitCodes.ok;
    return await dispatch(context);
  } catch (error) {
    return await reportTrouble(error, context);
  } finally {
    await context.close();
  }
}

/** Imports the commands and starts the one that is meant; only here oclif comes in. */
async function dispatch(context: CliContext): Promise<number> {
  const { argv } = context.world;
  const found = recognise(argv);
  if (found === undefined) throw await unknownCommand(context);
  const { commandClasses } = await import('./command-table.ts');
  const command = commandClasses[found.spec.name];
  if (command === undefined) throw fail('bug', { message: `the command ${found.spec.name} has no class` });
  return command.start(found.spec, found.rest, context);
}

// People leave out `run`: names of pipelines and tasks are candidates too.
async function unknownCommand(context: CliContext): Promise<Error> {
  const [name = '', second = ''] = context.world.argv;
  const catalogue = await context.world.cachedCatalogue().catch(() => undefined);
  const pipelines = catalogue?.pipelines.map((pipeline) => pipeline.name) ?? [];
  if (pipelines.includes(name))
    return fail('usage.invalid', { message: `${name} is a pipeline`, hint: `Run it with: runner run ${name}` });
  const known = [...new Set(commandSpecs.map((spec) => spec.name.split(' ')[0] as string))];
  if (name.startsWith('-')) return fail('name.unknown', { kind: 'flag', name, known: ['--help', '--version'] });
  const below = commandSpecs.map((spec) => spec.name).filter((one) => one.startsWith(`${name} `));
  if (below.length > 0) return fail('name.unknown', { kind: 'command', name: `${name} ${second}`, known: below });
  return fail('name.unknown', { kind: 'command', name, known });
}
