import { Command } from '@oclif/core/command';
import { type FailureError, fail, failureOf } from '../model/failure.ts';
import type { FlagSpec } from '../config/flags.ts';
import type { CliContext } from './context.ts';
import { oclifArgs, oclifFlags, positionalName } from './oclif-flags.ts';
import { ParsedLine } from './parsed-line.ts';
import { restParam } from './rest-param.ts';
import type { CommandSpec } from './spec/command-spec.ts';

type OclifConfig = ConstructorParameters<typeof Command>[1];

// All that oclif's Command asks of a Config. Loading a real one reads package.json and looks for plugins of
// oclif's own kind, which this program does not have.
const bareConfig = {
  bin: 'runner',
  topicSeparator: ' ',
  scopedEnvVarKey: (name: string) => `RUNNER_${name}`,
  runHook: () => Promise.resolve({ successes: [], failures: [] }),
} as unknown as OclifConfig;

type CommandClass = new (spec: CommandSpec, rest: readonly string[], context: CliContext) => RunnerCommand;

/** A command of the runner: an oclif command whose flags and arguments come from its plain-data spec. */
export abstract class RunnerCommand extends Command {
  protected readonly spec: CommandSpec;
  protected readonly context: CliContext;

  constructor(spec: CommandSpec, rest: readonly string[], context: CliContext) {
    super([...rest], bareConfig);
    this.spec = spec;
    this.context = context;
  }

  /** Returns the exit code. */
  abstract override run(): Promise<number>;

  static async start(
    this: CommandClass,
    spec: CommandSpec,
    rest: readonly string[],
    context: CliContext,
  ): Promise<number> {
    const command = new this(spec, rest, context);
    const code = await command._run<number | undefined>();
    return code ?? 0;
  }

  /** Parses the words after the command's name; `params` are the flags of a task, known only now. */
  protected async readLine(params: readonly FlagSpec[] = [], argv: readonly string[] = this.argv): Promise<ParsedLine> {
    const flags = [...params, ...this.spec.flags];
    refuseValues(argv, flags);
    const args = oclifArgs(this.spec.args, params);
    const rest = restParam(params);
    try {
      const parsed = await this.parse({ args, flags: oclifFlags(flags), strict: rest === undefined }, [...argv]);
      if (rest === undefined) return new ParsedLine(parsed.args, parsed.flags);
      refuseFlags(parsed.argv.map(String), argv, flags);
      // oclif sorts its argv by where each word first stood, so a word that is said twice moves; its tokens keep the order.
      const typed = parsed.raw.flatMap((token) => (token.type === 'arg' ? [token.input] : []));
      const words = typed.slice(Object.keys(args).length - 1);
      return new ParsedLine({ ...parsed.args, [positionalName(rest)]: words }, parsed.flags);
    } catch (error) {
      throw usageFailure(error, this.spec, flags);
    }
  }

  // oclif's own init warns about deprecated aliases by asking its plugins.
  protected override init(): Promise<void> {
    return Promise.resolve();
  }

  // Failures go to the one place that words them, not to oclif's printer.
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }
}

// oclif's parser makes further words of what follows the `=`, and then blames the wrong one.
function refuseValues(argv: readonly string[], flags: readonly FlagSpec[]): void {
  const end = argv.indexOf('--');
  const switches = new Set(
    flags.filter((flag) => flag.type === 'boolean' && flag.multiple !== true).map(({ name }) => name),
  );
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [, flag = '', no = '', name = ''] = /^(--(no-)?([^=]+))=/.exec(word) ?? [];
    if (switches.has(name) || switches.has(no + name))
      throw fail('usage.invalid', { message: `${flag} takes no value, so it cannot be ${word}` });
  }
}

// A parser that lets further words through takes an unknown flag for one; behind `--` everything is a word.
function refuseFlags(words: readonly string[], argv: readonly string[], flags: readonly FlagSpec[]): void {
  const end = argv.indexOf('--');
  const free = new Set(end < 0 ? [] : argv.slice(end + 1));
  const flag = words.find((word) => word.length > 1 && word.startsWith('-') && !free.has(word));
  if (flag === undefined) return;
  const [name = flag] = flag.split('=');
  throw fail('name.unknown', { kind: 'flag', name, known: flags.map((one) => `--${one.name}`) });
}

/** Turns what oclif's parser throws into a failure of the catalogue, told apart by the members it carries. */
function usageFailure(error: unknown, spec: CommandSpec, flags: readonly FlagSpec[]): FailureError | Error {
  if (!(error instanceof Error) || failureOf(error) !== undefined) return error as Error;
  const details = error as Error & { readonly flags?: readonly string[]; readonly args?: readonly unknown[] };
  const [flag] = details.flags ?? [];
  if (flag !== undefined) {
    return fail('name.unknown', {
      kind: 'flag',
      name: flag.split('=')[0] ?? flag,
      known: flags.map((one) => `--${one.name}`),
    });
  }
  const [extra] = details.args ?? [];
  if (typeof extra === 'string') {
    const takes =
      spec.args.length === 0 ? 'takes no arguments' : `takes only ${spec.args.map((arg) => `<${arg.name}>`).join(' ')}`;
    return fail('usage.invalid', { message: `runner ${spec.name} ${takes}, so ${extra} is one too many` });
  }
  if (extra !== undefined) {
    const missing = spec.args.filter((arg) => arg.required).map((arg) => `<${arg.name}>`);
    return fail('usage.invalid', {
      message: `runner ${spec.name} needs ${missing.join(' ')}`,
      hint: `For example: ${spec.examples[0] ?? ''}`,
    });
  }
  return fail('usage.invalid', { message: (error.message.split('\n')[0] ?? '').trim() });
}
