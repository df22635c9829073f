import { type Digest, Hasher } from '../../lib/digest.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { FileRef } from '../../model/file-ref.ts';
import { definePlugin, type Plugin } from '../../model/plugin.ts';
import { defineStep } from '../../model/step.ts';
import { defineTask, type RunContext, type Task } from '../../model/task.ts';
import { z } from 'zod';

/** One file to be copied. */
export interface CopyItem {
  /** In the target. */
  readonly key: string;
  readonly from: FileRef;
  /** The file it replaces, as the listing showed it. */
  readonly replaces?: FileRef;
  /** Read the source once more beforehand: it tells no digest, and the copy is to be proved all the same. */
  readonly readTwice?: true;
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
  async work({ key, from, replaces, readTwice, refused }: CopyItem, { output, read }) {
    if (refused !== undefined) throw new FailureError(refused);
    // What a bad line does to a file it does not do twice in the same way.
    const proved = readTwice === true ? { ...from, digest: await digestOf(await read(from)) } : from;
    await output.copy(key, proved, replaces === undefined ? {} : { replaces });
  },
});

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hasher = new Hasher();
  for await (const piece of bytes) hasher.update(piece);
  return hasher.digest();
}

/** The engine's face of `runner store sync`, `cp` and `mv`: a plugin of one task, made anew for each command. */
export function copyPlugin(
  name: string,
  run: (context: RunContext<Record<string, unknown>>) => Promise<void>,
): { readonly plugin: Plugin; readonly definition: Task } {
  const definition = defineTask({
    summary: 'Copies files from one place to another',
    params: z.looseObject({}),
    steps: { copyFile },
    run,
  });
  return { plugin: definePlugin({ name: 'store', api: 1, tasks: { [name]: definition } }), definition };
}
