import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { writeAtomically } from '../workspace/write-atomically.ts';

export interface StageCommand {
  readonly command: string;
  /** Absolute. */
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
  /** A file that names the process while it runs; see {@link endLeftover}. */
  readonly record: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** How it ended: `undefined` is well, otherwise words such as `exit code 2`. */
export type Ending = string | undefined;

/**
 * Runs one line of shell in a process group of its own, as DVC does: `$SHELL -c`, without the user's start files.
 *
 * An abort ends the whole group: first kindly, after five seconds for certain.
 */
export async function runCommand({ command, folder, env, record, signal, onLine }: StageCommand): Promise<Ending> {
  signal.throwIfAborted();
  const shell = process.env['SHELL'] ?? '/bin/sh';
  const plain: { readonly [shell: string]: readonly string[] } = { zsh: ['--no-rcs'], bash: ['--noprofile', '--norc'] };
  const child = spawn(shell, [...(plain[basename(shell)] ?? []), '-c', command], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  let sure: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    sure = setTimeout(() => signalGroup(pid, 'SIGKILL'), 5000);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    if (pid !== undefined) noteProcess(record, pid);
    const ended = new Promise<Ending>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, by) => resolve(code === 0 ? undefined : by === null ? `exit code ${code}` : by));
    });
    const [ending] = await Promise.all([ended, eachLine(child.stdout, onLine), eachLine(child.stderr, onLine)]);
    signal.throwIfAborted();
    return ending;
  } finally {
    signal.removeEventListener('abort', end);
    clearTimeout(sure);
    rmSync(record, { force: true });
  }
}

/**
 * Ends what a killed run left running of a stage: it would go on writing the outputs that are made anew.
 *
 * The record holds the process and when it started, so another process that got the same number later is left alone.
 */
export function endLeftover(record: string): boolean {
  let noted: { readonly pid: number; readonly started: string };
  try {
    noted = JSON.parse(readFileSync(record, 'utf8')) as typeof noted;
  } catch (error) {
    // None, or one that was never finished: the command had not begun.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return false;
    throw error;
  }
  const isThere = noted.started !== '' && startOf(noted.pid) === noted.started;
  if (isThere) signalGroup(noted.pid, 'SIGKILL');
  rmSync(record, { force: true });
  return isThere;
}

/** Where the process of a stage is noted. */
export function processRecord(root: string, address: string): string {
  return join(root, '.dvc', 'tmp', 'runner', 'stages', `${encodeURIComponent(address)}.json`);
}

function noteProcess(record: string, pid: number): void {
  mkdirSync(dirname(record), { recursive: true });
  writeAtomically(record, JSON.stringify({ pid, started: startOf(pid) }));
}

function startOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) take(line);
}
