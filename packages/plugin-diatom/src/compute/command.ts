import { setTimeout as delay } from 'node:timers/promises';
import { diatomFailures } from '../failures.ts';
import type { Machine, MachineTools } from './machine.ts';
import type { MachineCommands } from './machine-schemas.ts';
import { fillWords, runWords, shellLine, stopByWords } from './run-words.ts';

const statusEveryMs = 2_000;

/** A machine behind the user's own command lines. */
export function commandMachine(name: string, lines: MachineCommands, { log, signal }: MachineTools): Machine {
  const call = (
    words: readonly string[],
    values: { readonly [name: string]: string },
    wanted: string,
  ): Promise<string> => runWords(fillWords(words, { name, ...values }), { signal, log, wanted });
  return {
    async start() {
      await call(lines.start, {}, 'start the machine');
      if (lines.status !== undefined) await ready(lines.status, lines.readyTimeoutMs);
    },
    send: async (localPath, file) => void (await call(lines.send, { from: localPath, to: file }, 'send files')),
    run: async (words) => void (await call(lines.run, { command: shellLine(words) }, 'train')),
    fetch: async (file, localPath) => void (await call(lines.fetch, { from: file, to: localPath }, 'fetch files')),
    stop: () => stopByWords(fillWords(lines.stop, { name }), log, lines.stopTimeoutMs),
  };

  async function ready(status: readonly string[], timeoutMs: number): Promise<void> {
    const startedMs = performance.now();
    for (;;) {
      try {
        await call(status, {}, 'ask for the machine');
        return;
      } catch (error) {
        const waitedMs = performance.now() - startedMs;
        if (signal.aborted) throw error;
        if (waitedMs > timeoutMs)
          throw diatomFailures['machine-late']({ name, waitedMs, output: (error as Error).message });
        await delay(statusEveryMs, undefined, { signal });
      }
    }
  }
}
