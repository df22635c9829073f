import { type Failure, FailureError } from '../../model/failure.ts';
import type { FileRef } from '../../model/file-ref.ts';
import { definePlugin, type Plugin } from '../../model/plugin.ts';
import { defineStep } from '../../model/step.ts';
import { defineTask, type RunContext } from '../../model/task.ts';
import { z } from 'zod';

/** One file to be copied. */
export interface CopyItem {
  /** In the target. */
  readonly key: string;
  readonly from: FileRef;
  /** The file it replaces, as the listing showed it. */
  readonly replaces?: FileRef;
  /** Why it cannot be copied; it fails with this, beside the others. */
  readonly refused?: Failure;
}

/** How many files are copied at once has a name of its own: `--jobs` sets it, and no step of a project shares it. */
export const transferLane = 'store-transfer';

/** Copies one file. The listings of both places are its memory, so it keeps no rows. */
export const copyFile = defineStep({
  name: 'copy',
  needs: { lane: transferLane },
  retries: 5,
  rows: false,
  async work({ key, from, replaces, refused }: CopyItem, { output }) {
    if (refused !== undefined) throw new FailureError(refused);
    await output.copy(key, from, replaces === undefined ? {} : { replaces });
  },
});

/** The engine's face of `runner store sync`, `cp` and `mv`: a plugin of one task, made anew for each command. */
export function copyPlugin(task: string, run: (context: RunContext<Record<string, unknown>>) => Promise<void>): Plugin {
  const one = defineTask({
    summary: 'Copies files from one place to another',
    params: z.looseObject({}),
    steps: { copyFile },
    run,
  });
  return definePlugin({ name: 'store', api: 1, tasks: { [task]: one } });
}

/** Where a process of its own finds the step; it never asks for the task. */
export default copyPlugin('copy', () => Promise.resolve());
