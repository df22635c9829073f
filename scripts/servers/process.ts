// One server process of a test: started on a free port, asked until it answers, ended with all it started itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** How long a server may take until it serves. */
const patienceMs = 120_000;

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The server's own folder; its output goes to `output.log` there. */
  readonly root: string;
  readonly env?: { readonly [name: string]: string };
  /** True as soon as it serves. */
  isReady(): Promise<boolean>;
}

/** Starts a server and waits until it serves; throws with its output when it does not. Returns how to stop it. */
export async function startProcess(command: ServerCommand): Promise<() => Promise<void>> {
  const logPath = join(command.root, 'output.log');
  const log = openSync(logPath, 'w');
  // A process group of its own: PHP's workers and nginx's are ended with it, and nothing else is.
  const child = spawn(command.program, command.args, {
    cwd: command.root,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const guard = guardOf(child.pid);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const stop = async (): Promise<void> => {
    kill('SIGTERM');
    const patience = setTimeout(() => kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(patience);
    // Workers may outlive the first process by a moment.
    kill('SIGKILL');
    guard?.kill('SIGKILL');
  };
  // By the clock, for a question can take a second or a refused moment; a machine that runs other suites is slow.
  const startedAt = performance.now();
  while (child.exitCode === null && child.signalCode === null && performance.now() - startedAt < patienceMs) {
    if (await command.isReady()) return stop;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  const waited = `${Math.round((performance.now() - startedAt) / 1000)} s`;
  throw new Error(`${command.program} did not start in ${waited}: ${readFileSync(logPath, 'utf8').slice(-2000)}`);
}

/**
 * A process that ends the server's group as soon as this process is gone, however it went: handlers of our own do not
 * run when we are killed. It sees that by the end of its input, which only we hold open.
 */
function guardOf(group: number | undefined): ChildProcess | undefined {
  if (group === undefined) return undefined;
  const script = 'read -r _; kill -s KILL -- "-$1"';
  const guard = spawn('sh', ['-c', script, 'guard', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C goes to all of our own group.
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.unref();
  (guard.stdin as Socket | null)?.unref();
  return guard;
}

/**
 * A port nobody uses at this moment. Taken from below the range that outgoing connections get theirs from: the suites
 * make thousands of those, and a cluster asks for its ports long before its last server listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_240, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}
