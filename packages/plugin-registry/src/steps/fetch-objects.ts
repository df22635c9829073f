import { createHash } from 'node:crypto';
import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { LegacyMd5 } from '../formats/md5.ts';
import { IncomingObject } from '../objects/incoming-object.ts';

/** Some objects that a remote has and the cache has not. */
export interface WantedObjects {
  readonly key: string;
  readonly files: readonly FileRef[];
  /** Absolute. */
  readonly cacheDir: string;
}

// Small objects take a round trip each, so several are on their way at once.
const atOnce = 8;

/**
 * Brings objects into the cache and checks them on the way; what is not what its name says never appears there.
 *
 * Always runs, for the plan asks only for what the cache lacks.
 */
export const fetchObjects = defineStep({
  name: 'fetch-objects',
  retries: 3,
  cache: false,
  async work({ files, cacheDir }: WantedObjects, tools): Promise<{ readonly count: number }> {
    const left = files.values();
    const failed: unknown[] = [];
    let count = 0;
    const fetch = async (): Promise<void> => {
      for (const file of left) {
        try {
          await fetchOne(file, cacheDir, tools);
          tools.progress((count += 1), files.length);
        } catch (error) {
          // The others come all the same; those that came are not asked for again.
          failed.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, fetch));
    if (failed.length > 0) throw failed[0];
    return { count };
  },
});

async function fetchOne(file: FileRef, cacheDir: string, { read, signal }: Tools): Promise<void> {
  const incoming = new IncomingObject(cacheDir);
  try {
    const isLegacy = !file.key.startsWith('files/md5/');
    const hash = isLegacy ? new LegacyMd5() : createHash('md5');
    for await (const piece of await read(file)) {
      signal.throwIfAborted();
      hash.update(piece);
      incoming.write(piece);
    }
    const found = hash instanceof LegacyMd5 ? hash.digest() : hash.digest('hex');
    const oid = file.key.split('/').slice(-2).join('');
    if (!matches(oid, found, isLegacy)) throw registryFailures['object-corrupt']({ oid, store: file.store, found });
    incoming.publish(file.key);
  } finally {
    incoming.close();
  }
}

// DVC 2 hashed some kinds of outputs without looking for text, so its plain md5 is right as well.
function matches(oid: string, found: string, isLegacy: boolean): boolean {
  return found === oid.replace(/\.dir$/, '') || (isLegacy && oid.endsWith('.dir'));
}
