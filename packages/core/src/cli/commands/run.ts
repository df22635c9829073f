import type { GivenFlags } from '../../app/facade.ts';
import { flagsOf, type FlagSpec } from '../../config/flags.ts';
import { fail } from '../../model/failure.ts';
import { listTasks } from '../../plugins/manifest.ts';
import { againLine } from '../again-line.ts';
import type { CliContext } from '../context.ts';
import { exitCodeOfRun } from '../exit-code.ts';
import { makeReporter } from '../make-reporter.ts';
import { positionalName } from '../oclif-flags.ts';
import type { ParsedLine } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';
import { SignalHandling } from '../signals.ts';
import type { CommandSpec } from '../spec/command-spec.ts';

/** `runner run`: runs a task or pipeline, or plans it. */
export class RunCommand extends RunnerCommand {
  async run(): Promise<number> {
    const params = await paramsOfTarget(this.argv, this.spec, this.context);
    const line = await this.readLine(params);
    const runner = await this.context.runner();
    const json = line.has('json');
    const again = againLine(this.context.world.argv, [...params, ...this.spec.flags]);
    const reporter = makeReporter(this.context, runner.mask, { json, quiet: line.has('quiet'), again });
    using signals = new SignalHandling((how) => reporter.event({ type: 'run.stopping', how }));
    const jobs = line.positive('jobs');
    try {
      const report = await runner.run(
        {
          target: line.arg('task'),
          flags: givenParams(line, params),
          dryRun: line.has('dry-run'),
          force: line.has('force'),
          ...(jobs === undefined ? {} : { jobs }),
          onFailure: line.choice('on-failure', ['finish', 'stop']) ?? 'finish',
          overwrite: line.has('overwrite'),
          wait: !line.has('no-wait'),
          verify: line.has('verify'),
        },
        (event) => reporter.event(event),
        signals.signals,
      );
      reporter.finished(report);
      return exitCodeOfRun(report);
    } finally {
      // Before any failure is printed: the terminal must be whole again by then.
      reporter.close();
    }
  }
}

/**
 * Returns the params of the task that a command line names, in its first word that is no flag.
 *
 * A pipeline takes its params from the config, so it has none here.
 */
export async function paramsOfTarget(
  argv: readonly string[],
  spec: CommandSpec,
  context: CliContext,
): Promise<readonly FlagSpec[]> {
  const target = targetOf(argv, spec);
  if (target === undefined) return [];
  const catalogue = await context.catalogue();
  if (catalogue.pipelines.some((pipeline) => pipeline.name === target)) return [];
  const tasks = listTasks(catalogue);
  const listed = tasks.find(({ id }) => id === target);
  if (listed !== undefined) {
    // The runner's own flags mean the same everywhere, so a param of that name is set in runner.yaml.
    const own = new Set(spec.flags.map((flag) => flag.name));
    return flagsOf(listed.task.params).filter((flag) => !own.has(flag.name));
  }
  if (catalogue.configFile === undefined) throw fail('config.missing', { path: context.world.cwd });
  // The reason why a plugin is off beats "there is no such task".
  const off = catalogue.disabled.find(({ spec: name }) => tellsOf(name, target));
  const known = [...tasks.map(({ id }) => id), ...catalogue.pipelines.map(({ name }) => name)];
  const cause = off === undefined ? {} : { cause: off.failure };
  throw fail('name.unknown', { kind: 'task', name: target, known, ...cause });
}

// Every flag of the runner itself that takes a value is known here, so its value is not taken for the task.
function targetOf(argv: readonly string[], spec: CommandSpec): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('-')) return word;
    const flag = spec.flags.find((one) => word === `--${one.name}` || word === `-${one.short}`);
    if (flag !== undefined && flag.type !== 'boolean') i++;
  }
  return undefined;
}

function tellsOf(spec: string, target: string): boolean {
  const [plugin = ''] = target.split(':');
  return (
    plugin !== '' &&
    target.includes(':') &&
    spec.split(/[/.]/).some((part) => part === plugin || part === `plugin-${plugin}`)
  );
}

/** Returns the params a command line gives, by param name; one that is given twice is refused. */
export function givenParams(line: ParsedLine, params: readonly FlagSpec[]): GivenFlags {
  const given: Record<string, unknown> = {};
  for (const spec of params) {
    const flag = line.given[spec.name];
    const name = positionalName(spec);
    const positional = spec.positional === undefined ? undefined : (line.words(name) ?? line.optionalArg(name));
    if (flag !== undefined && positional !== undefined) {
      const word = Array.isArray(positional) ? positional.join(' ') : String(positional);
      throw fail('usage.invalid', { message: `${spec.name} is given twice, as ${word} and with --${spec.name}` });
    }
    const value = flag ?? positional;
    // A single text may still be a list, by commas or as JSON; several are one already.
    if (value !== undefined)
      given[spec.param] = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  }
  return given;
}
