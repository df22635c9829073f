import { readFileSync } from 'node:fs';
import { CliContext, type CliWorld } from './context.ts';
import { runCommandLine } from './command-line.ts';

/**
 * The start of the program, called by `bin/runner.js` on a Node that is new enough.
 *
 * It sets `process.exitCode` and lets the process end by itself, so that everything written reaches its reader.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const world = processWorld(argv);
  surviveClosedPipes();
  process.exitCode = await runCommandLine(new CliContext(world));
}

function processWorld(argv: readonly string[]): CliWorld {
  const { env, stdout, stderr } = process;
  const cwd = process.cwd();
  return {
    argv,
    env,
    cwd,
    stdout,
    stderr,
    openRunner: async (options) => (await import('../app/runner.ts')).openRunner(options),
    cachedCatalogue: async () => (await import('../plugins/catalogue-cache.ts')).readCatalogueCache({ cwd, env }),
    version: ownVersion(),
    now: () => performance.now(),
  };
}

// Two levels up from here are the package's own folders, in the sources and in dist alike.
function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

// `runner tasks | head -1` closes our output early; that is a wish, not an error. A run goes on: its work is
// wanted whether or not somebody reads along.
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
