import type { Layout } from '../report/layout.ts';
import type { Facade, OpenRunner } from '../app/facade.ts';
import { createRedactor, type Redactor } from '../lib/redactor.ts';
import type { Catalogue } from '../plugins/manifest.ts';
import { styleFor, type Style } from '../report/style.ts';

/** What a stream must be able to do for us; `process.stdout` can. */
export interface OutStream {
  write(text: string | Uint8Array): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What the command line is given instead of reaching for it: tests hand in their own. */
export interface CliWorld {
  /** Without Node and the script. */
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** For what was asked for. */
  readonly stdout: OutStream;
  /** For how it goes, and for trouble. */
  readonly stderr: OutStream;
  /** Loads zod, yaml and the engine; called only when a command needs the project. */
  readonly openRunner: OpenRunner;
  /** The project's catalogue as it was cached, when nothing it was made from has changed since. */
  readonly cachedCatalogue: () => Promise<Catalogue | undefined>;
  /** Of this package. */
  readonly version: string;
  /** Milliseconds; monotonic. */
  readonly now: () => number;
}

/** What a command works with: the world, the way text is shown in it, and the project, opened on first use. */
export class CliContext {
  readonly world: CliWorld;
  /** The style of stdout, which may be a file while stderr is a terminal. */
  readonly out: Style;
  readonly err: Style;
  #facade: Promise<Facade> | undefined;

  constructor(world: CliWorld) {
    this.world = world;
    this.out = styleFor(world.stdout, world.env);
    this.err = styleFor(world.stderr, world.env);
  }

  /** Cells of stdout; text for people is wrapped at 100 even where lines could be longer. */
  get width(): number {
    return Math.max(40, widthOf(this.world.stdout, this.world.env) ?? 100);
  }

  get layout(): Layout {
    return { style: this.out, width: this.width };
  }

  runner(): Promise<Facade> {
    const { cwd, env, stderr } = this.world;
    const note = (message: string): void => void stderr.write(`${this.err.notice(this.err.signs.note)} ${message}\n`);
    this.#facade ??= this.world.openRunner({ cwd, env, note });
    return this.#facade;
  }

  /** The cache when it is good: completion and lists must not wait for a project to be opened. */
  async catalogue(): Promise<Catalogue> {
    return (await this.world.cachedCatalogue()) ?? (await this.runner()).catalogue();
  }

  /** The project's mask when it was opened; before that only credentials of known shapes can be told. */
  async mask(): Promise<Redactor> {
    const facade = await this.#facade?.catch(() => undefined);
    return facade?.mask ?? createRedactor();
  }

  print(lines: readonly string[]): void {
    if (lines.length > 0) this.world.stdout.write(`${lines.join('\n')}\n`);
  }

  /** One value, indented: for commands that answer once. Runs print a line an event instead. */
  printJson(value: unknown): void {
    this.world.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  async close(): Promise<void> {
    // A project that could not be opened has nothing to close; why it could not was reported by whoever asked for it.
    const facade = await this.#facade?.catch(() => undefined);
    await facade?.close();
  }
}

/** The width of a stream; COLUMNS helps where output is piped into a pager. */
export function widthOf(stream: OutStream, env: CliWorld['env']): number | undefined {
  const told = Number(env['COLUMNS']);
  return stream.columns ?? (Number.isInteger(told) && told > 0 ? told : undefined);
}
