import { createHash } from 'node:crypto';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';

/** Some files anywhere, about a hundred. */
export interface FilesToHash {
  readonly key: string;
  readonly files: readonly FileRef[];
}

/** The md5 of files wherever they lie, in the order asked; nothing of them is kept. */
export const hashFiles = defineStep({
  name: 'hash-files',
  retries: 3,
  cache: false,
  async work({ files }: FilesToHash, { read, progress, signal }): Promise<readonly string[]> {
    const found: string[] = [];
    for (const file of files) {
      const hash = createHash('md5');
      for await (const piece of await read(file)) {
        signal.throwIfAborted();
        hash.update(piece);
      }
      found.push(hash.digest('hex'));
      progress(found.length, files.length);
    }
    return found;
  },
});

/** A file that becomes an object of a remote. */
export interface SentFile {
  /** The object's key. */
  readonly key: string;
  readonly md5: string;
  readonly file: FileRef;
}

/** Copies a file into a remote under its md5; one that changed since it was hashed never appears there. */
export const sendFile = defineStep({
  name: 'send-file',
  retries: 3,
  cache: false,
  async work({ key, md5, file }: SentFile, { output, read }): Promise<FileRef> {
    return output.write(key, checked(await read(file), md5, file.store));
  },
});

/** Writes the `.dir` object of a folder; only ever mapped behind a barrier on all its files. */
export const sendTree = defineStep({
  name: 'send-tree',
  retries: 3,
  cache: false,
  async work({ key, bytes }: { readonly key: string; readonly bytes: string }, { output }): Promise<FileRef> {
    return output.write(key, bytes);
  },
});

// A stream that fails leaves nothing behind, so the last piece is held back until the digest is known to be right.
async function* checked(pieces: AsyncIterable<Uint8Array>, md5: string, store: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('md5');
  let held: Uint8Array | undefined;
  for await (const piece of pieces) {
    hash.update(piece);
    if (held !== undefined) yield held;
    held = piece;
  }
  const found = hash.digest('hex');
  if (found !== md5) throw registryFailures['object-corrupt']({ oid: md5, store, found });
  if (held !== undefined) yield held;
}
