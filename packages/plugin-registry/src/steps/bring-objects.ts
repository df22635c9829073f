import { createHash } from 'node:crypto';
import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { IncomingObject } from '../objects/incoming-object.ts';
import { objectKey } from '../objects/object-path.ts';

/** Some files of a store whose md5 nobody knows yet. */
export interface ForeignFiles {
  readonly key: string;
  readonly files: readonly FileRef[];
  /** Absolute. */
  readonly cacheDir: string;
}

const atOnce = 8;

/** Brings files into the cache under the md5 of what came; answers with it and the bytes, in the order asked. */
export const bringObjects = defineStep({
  name: 'bring-objects',
  retries: 3,
  cache: false,
  async work(
    { files, cacheDir }: ForeignFiles,
    tools,
  ): Promise<readonly (readonly [md5: string, sizeBytes: number])[]> {
    const found: [string, number][] = [];
    const left = files.entries();
    const bring = async (): Promise<void> => {
      for (const [at, file] of left) {
        found[at] = await bringOne(file, cacheDir, tools);
        tools.progress(found.filter(Boolean).length, files.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, bring));
    return found;
  },
});

async function bringOne(file: FileRef, cacheDir: string, { read, signal }: Tools): Promise<[string, number]> {
  const incoming = new IncomingObject(cacheDir);
  try {
    const hash = createHash('md5');
    for await (const piece of await read(file)) {
      signal.throwIfAborted();
      hash.update(piece);
      incoming.write(piece);
    }
    const md5 = hash.digest('hex');
    incoming.publish(objectKey(md5));
    return [md5, incoming.size];
  } finally {
    incoming.close();
  }
}
