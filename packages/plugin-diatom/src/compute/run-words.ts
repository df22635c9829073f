import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
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

/** Characters of a line that are kept: more is no message, and a report of megabytes helps nobody. */
const keptCharacters = 1000;

/**
 * Runs a program to its end, without a shell, and returns the last lines of its standard output.
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
    // Of both streams, for a failure; and of the one that answers: programs warn on the other one.
    const [last, answer]: [string[], string[]] = [[], []];
    const keepIn = (kept: string[], line: string): void => {
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
    };
    const keep = (line: string): void => {
      keepIn(last, line);
      options.log?.(line);
    };
    const abort = (): void => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    options.signal?.addEventListener('abort', abort);
    eachLine(child.stdout, (line) => {
      keepIn(answer, line);
      keep(line);
    });
    eachLine(child.stderr, keep);
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
      if (code === 0) resolve(answer.join('\n'));
      else {
        const late = (options.signal?.reason as Error | undefined)?.name === 'TimeoutError';
        const ended = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
        const how = late ? 'took too long and was ended' : ended;
        const output = last.join('\n');
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

/** Hands on each line as a terminal would leave it, so that hours of a progress bar are one line of bounded length. */
function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  const end = (): void => {
    const line = shownLine(rest);
    rest = '';
    if (line !== '') take(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    for (const [index, piece] of text.split('\n').entries()) {
      if (index > 0) end();
      rest = overwritten(rest + piece).slice(0, keptCharacters + 1);
    }
  });
  stream.on('end', end);
}

/** What stands behind the last return to the line's start; a return at its very end has overwritten nothing yet. */
function overwritten(line: string): string {
  return line.slice(line.lastIndexOf('\r', Math.max(0, line.length - 2)) + 1);
}

/** Without what would move the cursor, colour or rename the reader's terminal, or turn text around. */
function shownLine(line: string): string {
  const text = line.length > keptCharacters ? `${line.slice(0, keptCharacters)}…` : line;
  return stripVTControlCharacters(text)
    .replaceAll('\t', ' ')
    .replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trimEnd();
}

/** One line for a POSIX shell in which every word stays what it is. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** Fills `{name}` and its like in each word; a brace that names nothing known stays as it is. */
export function fillWords(words: readonly string[], values: { readonly [name: string]: string }): string[] {
  return words.map((word) => word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
}
