import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { type Layout, objectKey } from '../objects/object-path.ts';
import { type LinkType, NoLink, placeFile, WrongBytes } from '../objects/place-file.ts';
import { stagingDir } from '../repo/targets.ts';
import type { HashedChunk, HashedFile } from './cache-files.ts';

/** Some files of one tracked path that are to be as the cache has them, about a thousand. */
export interface PlaceChunk {
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  /** The tracked path, posix, from the root. */
  readonly path: string;
  /** What the files' relpaths start from, posix, from the root. */
  readonly folder: string;
  readonly indexFolder: string;
  readonly cacheDir: string;
  readonly layout: Layout;
  readonly types: readonly LinkType[];
  readonly isexec?: boolean;
  /** Relpath and md5. */
  readonly files: readonly (readonly [string, string])[];
}

/**
 * Brings files from the cache into the workspace, each whole and by rename.
 *
 * Always runs, for it is only asked for what differs. An object with the wrong bytes is taken out of the cache, where it
 * would be believed by both tools, and named.
 */
export const placeFiles = defineStep({
  name: 'place-files',
  needs: ({ files }: PlaceChunk) => ({ cpu: files.length > 50 }),
  cache: false,
  work(chunk: PlaceChunk, { progress, signal }): HashedChunk {
    const { root, path, folder, indexFolder, cacheDir, layout, types, isexec = false } = chunk;
    const placing = { isexec, staging: stagingDir(root), kind: layout === 'legacy' ? 'legacy' : 'md5' } as const;
    let tried = types;
    const files: HashedFile[] = [];
    for (const [relpath, md5] of chunk.files) {
      signal.throwIfAborted();
      const object = join(cacheDir, objectKey(md5, layout));
      const target = join(root, folder, relpath);
      try {
        const { failed } = placeFile(object, target, { ...placing, types: tried, md5 });
        // A file system that cannot clone one file can clone none, and asking costs a file made and removed. A file
        // that was not to be cloned, such as an empty one, says nothing of that.
        if (failed.includes('reflink')) tried = tried.filter((type) => type !== 'reflink');
      } catch (error) {
        if (error instanceof NoLink) {
          const place = folder === '' ? relpath : `${folder}/${relpath}`;
          throw registryFailures['link-impossible']({ path: place, types, cacheDir, why: error.message });
        }
        if (!(error instanceof WrongBytes)) throw error;
        rmSync(object, { force: true });
        throw registryFailures['object-corrupt']({ oid: md5, store: cacheDir, found: error.found });
      }
      const stat = statSync(target, { bigint: true });
      files.push([relpath, md5, Number(stat.size), String(stat.mtimeNs), String(stat.ctimeNs), String(stat.ino)]);
      progress(files.length, chunk.files.length);
    }
    return { path, indexFolder, walkedMs: Date.now(), files };
  },
});
