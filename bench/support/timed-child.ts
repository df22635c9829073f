import { spawn } from 'node:child_process';

export interface TimedChild {
  /** From the spawn to the exit. */
  readonly wallMs: number;
  /** Wall clock at the spawn, ms since 1970 with fractions; comparable across processes. */
  readonly startedAtMs: number;
  /** From the spawn to the first output that held the text waited for. */
  readonly seenMs: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
  /** A text in the child's output whose first appearance is timed. */
  readonly until?: string;
}

/** The program is not on this machine. */
export class NotInstalled extends Error {}

/** Runs a program to its end; throws with its output when it fails, so that no bench ever times a failure. */
export function timeChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<TimedChild> {
  return new Promise((resolve, reject) => {
    // NODE_OPTIONS of whoever started the bench would slow down our children and not our rivals.
    const { NODE_OPTIONS: _dropped, ...inherited } = process.env;
    const env = { ...inherited, NO_COLOR: '1', ...options.env };
    const startedAtMs = performance.timeOrigin + performance.now();
    const startMs = performance.now();
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let wallMs = 0;
    let seenMs: number | undefined;
    const see = (): void => {
      if (options.until !== undefined && seenMs === undefined && (stdout + stderr).includes(options.until))
        seenMs = performance.now() - startMs;
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      see();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      see();
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new NotInstalled(`${program} is not installed`) : error);
    });
    child.on('exit', () => {
      wallMs = performance.now() - startMs;
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ wallMs, startedAtMs, seenMs, stdout, stderr });
      else
        reject(
          new Error(
            `${program} ${args.join(' ')} ended with ${code ?? signal}:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`,
          ),
        );
    });
  });
}
