import { existsSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diatomFailures } from '../failures.ts';
import { killGroup, runWords } from './run-words.ts';
import type { Machine, MachineTools } from './machine.ts';

const pidFile = '.pid';

/** This very machine: child processes in a folder of their own, removed by `stop`. */
export function localMachine(name: string, { log, signal }: MachineTools): Machine {
  // Found again by its name alone, so that a stop after a crash needs nothing but the name.
  const folder = join(tmpdir(), name);
  return {
    async start() {
      await mkdir(folder, { recursive: true });
      log(`training in ${folder}`);
    },
    send: (localPath, file) => copyFile(localPath, join(folder, file)),
    async run(words) {
      await runWords(words, {
        cwd: folder,
        signal,
        log,
        wanted: 'train',
        // Were we killed now, the program would train on for nobody; `stop` finds it by this.
        started: (pid) => writeFileSync(join(folder, pidFile), `${pid}\n`),
      });
      await rm(join(folder, pidFile), { force: true });
    },
    async fetch(file, localPath) {
      if (!existsSync(join(folder, file))) throw diatomFailures['file-missing']({ place: folder, name: file });
      await copyFile(join(folder, file), localPath);
    },
    async stop() {
      const pid = Number(await readFile(join(folder, pidFile), 'utf8').catch(() => ''));
      if (pid > 1 && (await runsIn(pid, folder))) killGroup(pid);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

// Process numbers are given out again: only a process that works in our folder is ours.
async function runsIn(pid: number, folder: string): Promise<boolean> {
  if (!existsSync('/proc')) return true;
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  // The temporary folder may be a link, and /proc tells where it leads.
  const own = await realpath(folder).catch(() => folder);
  return cwd === own || cwd.startsWith(`${own}/`);
}
