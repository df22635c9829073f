import { readFileSync } from 'node:fs';
import { CliContext, type CliWorld } from './context.ts';
import { runCommandLine } from './command-line.ts';
import { exitCodes } from './exit-code.ts';

/**
 * The start of the program, called by `bin/runner.js` on a Node that is new enough.
 *
 * It ends the process once everything written has reached its reader: what a process that ends by itself does besides,
 * giving its memory back piece by piece, takes longer than a short command.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const world = processWorld(argv);
  surviveLostOutput();
  const code = await runCommandLine(new CliContext(world));
  // Output that was lost has set its own already.
  if (code !== exitCodes.ok) process.exitCode = code;
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit();
}

/** Resolves when all that was written to a stream has gone out, or is lost. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
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

// `runner tasks | head -1` closes our output early; that is a wish, not an error. A full disk behind `> file` is one.
// Either way a run goes on: its work is wanted whether or not somebody reads along.
function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const lostOutput = ({ code, message }: NodeJS.ErrnoException): void => {
      if (code === 'EPIPE' || process.exitCode !== undefined) return;
      process.exitCode = exitCodes.environment;
      if (stream === process.stdout) process.stderr.write(`✗ The output is not whole: ${message}\n`);
    };
    stream.on('error', lostOutput);
    // A handler of oclif's throws instead, in the middle of a run; it is put there when a command is imported.
    stream.on('newListener', (event, listener: () => void) => {
      if (event === 'error' && /EPIPE[^]*throw/.test(String(listener)))
        process.nextTick(() => stream.off('error', listener));
    });
  }
}
