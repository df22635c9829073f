import { createHash } from 'node:crypto';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { IncomingObject } from '../objects/incoming-object.ts';
import { isTreeOid } from '../objects/object-path.ts';

/** An object that a remote has and the cache has not. */
export interface WantedObject {
  /** The object's key on both sides. */
  readonly key: string;
  readonly oid: string;
  readonly file: FileRef;
  /** Absolute. */
  readonly cacheDir: string;
}

/**
 * Brings an object into the cache and checks it on the way; what is not what its name says never appears there.
 *
 * Always runs, for the plan asks only for what the cache lacks. Legacy objects keep the hash of their text with LF, so
 * theirs is checked by size alone.
 */
export const fetchObject = defineStep({
  name: 'fetch-object',
  needs: { lane: 'network' },
  retries: 3,
  cache: false,
  async work(
    { key, oid, file, cacheDir }: WantedObject,
    { read, progress, signal },
  ): Promise<{ readonly size: number }> {
    const incoming = new IncomingObject(cacheDir, key);
    try {
      const hash = createHash('md5');
      for await (const piece of await read(file)) {
        signal.throwIfAborted();
        hash.update(piece);
        incoming.write(piece);
        progress(incoming.size, file.size);
      }
      const md5 = hash.digest('hex');
      const isV3 = key.startsWith('files/md5/');
      const wanted = isTreeOid(oid) ? oid.slice(0, -4) : oid;
      if (isV3 ? md5 !== wanted : incoming.size !== file.size) {
        throw registryFailures['object-corrupt']({ oid, store: file.store, found: md5 });
      }
      incoming.publish();
      return { size: incoming.size };
    } finally {
      incoming.close();
    }
  },
});
