import { spawn } from 'node:child_process';
import { diatomFailures } from '../failures.ts';

export interface RunWords {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Gets each line of both streams. */
  readonly log?: (line: string) => void;
  /** What the program is for, should it be missing: `to train`. */
  readonly wanted: string;
  /** Called once the program runs. */
  readonly started?: (pid: number) => void;
}

const keptLines = 20;

/**
 * Runs a program to its end, without a shell, and returns its last lines.
 *
 * It leads a process group of its own, so that an interrupt typed at the terminal reaches only us, and an abort reaches
 * its children too. Throws `diatom.program-missing` and `diatom.program-failed`.
 */
export function runWords(words: readonly string[], options: RunWords): Promise<string> {
  const [program = '', ...args] = words;
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const last: string[] = [];
    const keep = (line: string): void => {
      last.push(line);
      if (last.length > keptLines) last.shift();
      options.log?.(line);
    };
    const abort = (): void => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    options.signal?.addEventListener('abort', abort);
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, keep);
    if (child.pid !== undefined) options.started?.(child.pid);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      // No permission, a folder, no program of this machine: what spawn says is all there is to know.
      const how = `could not be started: ${error.code ?? error.message}`;
      reject(
        missing
          ? diatomFailures['program-missing']({ program, wanted: options.wanted })
          : diatomFailures['program-failed']({ command: shownCommand(words), how, output: '' }),
      );
    });
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', abort);
      const output = last.join('\n');
      if (code === 0) resolve(output);
      else {
        const late = (options.signal?.reason as Error | undefined)?.name === 'TimeoutError';
        const ended = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
        const how = late ? 'took too long and was ended' : ended;
        reject(diatomFailures['program-failed']({ command: shownCommand(words), how, output }));
      }
    });
  });
}

/**
 * Runs the command that stops a machine, within a time: every later run does it first, and would wait with it for ever.
 *
 * Not under the step's signal: an interrupted run is the very moment in which the machine must be stopped.
 */
export async function stopByWords(
  words: readonly string[],
  log: (line: string) => void,
  timeoutMs = 600_000,
): Promise<void> {
  await runWords(words, { signal: AbortSignal.timeout(timeoutMs), log, wanted: 'stop the machine' });
}

/** Ends a process group; that it is gone already is what was wanted. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function shownCommand(words: readonly string[]): string {
  const text = words.join(' ');
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') take(line.trimEnd());
  });
  stream.on('end', () => {
    if (rest.trim() !== '') take(rest.trimEnd());
  });
}

/** One line for a POSIX shell in which every word stays what it is. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** Fills `{name}` and its like in each word; a brace that names nothing known stays as it is. */
export function fillWords(words: readonly string[], values: { readonly [name: string]: string }): string[] {
  return words.map((word) => word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
}
