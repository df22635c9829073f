import { copyFileSync, linkSync } from 'node:fs';
import { defineStep, fail, type FileRef } from '@dataset-runner/core/plugin';
import { download } from '@dataset-runner/kit/download';
import type { Archive } from '../source.ts';
import type { Downloaded } from './unpack-archive.ts';

/** An archive on the web, or one that lies in a store already. */
export interface FoundArchive extends Archive {
  readonly file?: FileRef;
}

/** Fetches one archive, whole and verified; half of one is continued by the next attempt, also after a kill. */
export const downloadArchive = defineStep({
  name: 'download-archive',
  needs: { lane: 'network' },
  retries: 3,
  async work(archive: FoundArchive, { output, fetch, scratch, progress, signal }): Promise<Downloaded> {
    const { key, url, sha256, file } = archive;
    if (file !== undefined) {
      const copied = await output.copy(key, file);
      const expected = `sha256:${sha256}`;
      if (sha256 !== undefined && copied.digest !== expected) {
        throw fail('store.corrupt', { url, expected, found: copied.digest ?? 'no digest' });
      }
      return { key, file: copied };
    }
    const path = await scratch('archive');
    await download({
      url,
      path,
      fetch,
      signal,
      progress,
      accept: ['zip', 'tar', 'gzip'],
      ...(sha256 === undefined ? {} : { sha256 }),
    });
    // Linked, not renamed: until the row is committed the whole download stays where the next attempt looks for it.
    linkOrCopy(path, await output.path(key));
    return { key, file: await output.wrote(key) };
  },
});

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // Another file system, or one without links.
    copyFileSync(from, to);
  }
}
