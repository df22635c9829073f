import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { endLeftover, processRecord, runCommand } from '../pipeline/stage-process.ts';

/** A stage whose inputs are there and whose command is to run now. */
export interface StageRun {
  /** The stage's address. */
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  /** Posix, from the root. */
  readonly wdir: string;
  readonly commands: readonly string[];
  /** Posix, from the root. */
  readonly outs: readonly { readonly path: string; readonly persist: boolean }[];
  /** What differs from the last time, in words. */
  readonly why: readonly string[];
}

const linesShown = 10;

/**
 * Runs a stage's commands one after the other in its working folder; its outputs are removed before, unless they persist.
 *
 * What is left half done by a crash is removed the same way by the next run, so nothing has to be undone.
 */
export const runStage = defineStep({
  name: 'run-stage',
  needs: { lane: 'stages' },
  cache: false,
  retries: 0,
  async work({ key, root, wdir, commands, outs, why }: StageRun, { log, signal }) {
    const record = processRecord(root, key);
    if (endLeftover(record)) log('ended what an earlier run left behind');
    // Node would say that the shell is missing.
    if (!existsSync(join(root, wdir))) throw pipelineFailures['dep-missing']({ stage: key, path: wdir });
    for (const { path, persist } of outs) if (!persist) rmSync(join(root, path), { recursive: true, force: true });
    for (const reason of why) log(reason);
    const last: string[] = [];
    for (const command of commands) {
      log(`$ ${command}`);
      const ended = await runCommand({
        command,
        folder: join(root, wdir),
        env: { DVC_ROOT: root, DVC_STAGE: key },
        record,
        signal,
        onLine(line) {
          log(line);
          last.push(line);
          if (last.length > linesShown) last.shift();
        },
      });
      if (ended !== undefined) throw pipelineFailures['stage-failed']({ stage: key, ended, lines: last });
    }
    const missing = outs.find(({ path }) => !existsSync(join(root, path)));
    if (missing !== undefined) throw pipelineFailures['out-missing']({ stage: key, path: missing.path });
    return { stage: key };
  },
});
