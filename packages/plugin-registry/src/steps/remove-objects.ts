import { rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** Objects that nothing names any more, about a thousand. */
export interface UnusedObjects {
  readonly key: string;
  /** The absolute path of a cache or of a remote that is a folder, or a remote's place. */
  readonly place: string;
  readonly keys: readonly string[];
}

/** Removes objects for good; those that are gone already are fine. */
export const removeObjects = defineStep({
  name: 'remove-objects',
  needs: { cpu: true },
  cache: false,
  async work({ place, keys }: UnusedObjects, { signal, progress, remove }): Promise<{ readonly removed: number }> {
    if (!isAbsolute(place)) {
      await remove(keys.map((key): FileRef => ({ $type: 'file', store: place, key, size: 0 })));
      progress(keys.length, keys.length);
      return { removed: keys.length };
    }
    // Emptied folders stay, as DVC leaves them: another program may be about to put an object there.
    for (const [at, key] of keys.entries()) {
      signal.throwIfAborted();
      rmSync(join(place, key), { force: true });
      progress(at + 1, keys.length);
    }
    return { removed: keys.length };
  },
});
