import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';

/** Objects that nothing names any more, about a thousand. */
export interface UnusedObjects {
  readonly key: string;
  /** Absolute: a cache, or a remote that is a folder. */
  readonly folder: string;
  /** In the order they are to go. */
  readonly keys: readonly string[];
}

/** Removes objects for good; those that are gone already are fine. */
export const removeObjects = defineStep({
  name: 'remove-objects',
  needs: { cpu: true },
  cache: false,
  work({ folder, keys }: UnusedObjects, { signal, progress }): { readonly removed: number } {
    for (const [at, key] of keys.entries()) {
      signal.throwIfAborted();
      rmSync(join(folder, key), { force: true });
      progress(at + 1, keys.length);
    }
    return { removed: keys.length };
  },
});
