import { setTimeout as delay } from 'node:timers/promises';
import { diatomFailures } from '../failures.ts';
import type { Machine, MachineTools } from './machine.ts';
import type { SshSettings } from './machine-schemas.ts';
import { fillWords, runWords, shellLine, stopByWords } from './run-words.ts';

/** A machine behind the system's own ssh and scp, so that agents, jump hosts and ~/.ssh/config work as they do by hand. */
export function sshMachine(name: string, ssh: SshSettings, { log, signal }: MachineTools): Machine {
  const folder = `${ssh.folder}/${name}`;
  const target = ssh.user === undefined ? ssh.host : `${ssh.user}@${ssh.host}`;
  const options = [
    // Nobody is there to answer a question, and a dead link must end in minutes, not never.
    'BatchMode=yes',
    'ConnectTimeout=20',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=8',
    `StrictHostKeyChecking=${ssh.hostKey}`,
    ...(ssh.knownHosts === undefined ? [] : [`UserKnownHostsFile="${ssh.knownHosts}"`]),
  ].flatMap((option) => ['-o', option]);
  const key = ssh.key === undefined ? [] : ['-i', ssh.key];
  const tools = { signal, log, wanted: 'reach the training machine' };
  const remote = (line: string, how: Partial<typeof tools> = {}): Promise<string> =>
    runWords(['ssh', ...options, ...key, '-p', String(ssh.port), target, line], { ...tools, ...how });
  const copy = (from: string, to: string): Promise<string> =>
    runWords(['scp', '-q', ...options, ...key, '-P', String(ssh.port), from, to], tools);

  return {
    async start() {
      if (ssh.start !== undefined)
        await runWords(fillWords(ssh.start, { name }), { ...tools, wanted: 'start the machine' });
      await reached(
        () => remote(shellLine(['mkdir', '-p', folder])),
        ssh.start === undefined ? 0 : ssh.readyTimeoutMs,
        { name, signal },
      );
    },
    send: async (localPath, file) => void (await copy(localPath, `${target}:${folder}/${file}`)),
    // The number of the program's process group stays behind in the folder: `stop` ends it even when our end is gone.
    run: async (words) => void (await remote(`cd ${shellLine([folder])} && echo $$ > .pid && ${shellLine(words)}`)),
    fetch: async (file, localPath) => void (await copy(`${target}:${folder}/${file}`, localPath)),
    async stop() {
      // The stop command must run even if the machine cannot be reached any more: it is what costs money.
      const tidy = remote(tidyLine(folder), { signal: new AbortController().signal });
      if (ssh.stop === undefined) await tidy;
      else {
        await tidy.catch((error: unknown) => log(`the folder on the machine was not removed: ${String(error)}`));
        await stopByWords(fillWords(ssh.stop, { name }), log, ssh.stopTimeoutMs);
      }
    },
  };
}

// The whole group, which sshd made the shell its leader of; children of children are in it. Elsewhere the shell and its
// children at least. Only if the shell still works in our folder: process numbers are given out again.
function tidyLine(folder: string): string {
  const at = shellLine([folder]);
  return `if [ -d ${at} ]; then cd ${at}; p=$(cat .pid 2>/dev/null); if [ -n "$p" ] && [ "$(readlink /proc/$p/cwd 2>/dev/null)" = "$(pwd -P)" ]; then kill -KILL -- "-$p" 2>/dev/null || { pkill -KILL -P "$p"; kill -KILL "$p"; }; fi; cd; rm -rf ${at}; fi; true`;
}

/** Tries until it works or the time is over; a machine that was just started refuses for a while. */
async function reached(
  attempt: () => Promise<unknown>,
  timeoutMs: number,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      const waitedMs = performance.now() - startedMs;
      if (timeoutMs === 0 || signal.aborted) throw error;
      if (waitedMs > timeoutMs)
        throw diatomFailures['machine-late']({ name, waitedMs, output: (error as Error).message });
      await delay(3_000, undefined, { signal });
    }
  }
}
