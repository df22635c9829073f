import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** The program is killed after this long. Default 30,000. */
  readonly timeoutMs?: number;
  /** The program is killed when it prints more. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** What a program printed, or in one clause why there is nothing; never the output of a failed one. */
export type CommandOutcome =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly why: string };

/**
 * Runs a command line without a shell and returns its standard output as text.
 *
 * Standard error goes to ours, so that a password prompt or a complaint is seen; it is never captured, because
 * it could hold the secret.
 */
export function runCommand(commandLine: string, options: CommandOptions): Promise<CommandOutcome> {
  const [program, ...args] = splitCommand(commandLine);
  if (program === undefined) return Promise.resolve({ ok: false, why: 'the command is empty' });
  const timeoutMs = options.timeoutMs ?? 30_000;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ['inherit', 'pipe', 'inherit'],
      windowsHide: true,
    });
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    // A grandchild may keep the pipe open, so giving up does not wait for the end of the stream.
    function giveUp(why: string): void {
      child.kill('SIGKILL');
      child.stdout.destroy();
      end({ ok: false, why });
    }
    const timer = setTimeout(() => giveUp(`${program} did not end within ${timeoutMs / 1000} s`), timeoutMs);
    function end(outcome: CommandOutcome): void {
      clearTimeout(timer);
      resolve(outcome);
    }
    child.stdout.on('data', (piece: Buffer) => {
      sizeBytes += piece.length;
      if (sizeBytes > maxBytes) giveUp(`${program} printed more than ${maxBytes} bytes`);
      else pieces.push(piece);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      end({
        ok: false,
        why:
          error.code === 'ENOENT'
            ? `there is no program ${program}`
            : `${program} did not start: ${error.code ?? error.message}`,
      });
    });
    child.on('close', (code, signal) => {
      if (code === 0) end({ ok: true, stdout: Buffer.concat(pieces).toString('utf8') });
      else end({ ok: false, why: `${program} ended with ${signal ?? `exit code ${code}`}` });
    });
  });
}

/** Splits a command line as a shell would, with quotes and backslashes but without any expansion. */
export function splitCommand(commandLine: string): string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\[\s\S]|["'\\])+)/gy;
  for (const [, raw = ''] of commandLine.trim().matchAll(word)) {
    words.push(raw.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\([\s"'\\])/g, unquote));
  }
  return words;
}

// A backslash escapes only quotes, blanks and itself, so that `C:\tools\key.exe` stays what it is.
function unquote(_: string, double?: string, single?: string, escaped?: string): string {
  if (double !== undefined) return double.replace(/\\(["\\])/g, '$1');
  return single ?? escaped ?? '';
}
