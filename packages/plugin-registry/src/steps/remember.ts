import { defineStep, type ResultsReader } from '@dataset-runner/core/plugin';
import { indexPath } from '../repo/targets.ts';
import { StatIndex } from '../workspace/stat-index.ts';
import type { HashedChunk } from './cache-files.ts';

/** Keeps the hashes that were made, so that the next look reads nothing; losing them costs one more read. */
export const remember = defineStep({
  name: 'remember',
  cache: false,
  async work({ root, chunks }: { readonly root: string; readonly chunks: ResultsReader<HashedChunk> }) {
    const index = new StatIndex(indexPath(root));
    let kept = 0;
    try {
      for await (const { result } of chunks) {
        keepHashes(index, result);
        kept += result.files.length;
      }
    } finally {
      index.close();
    }
    return { kept };
  },
});

/** Keeps the hashes of one chunk. */
export function keepHashes(index: StatIndex, { indexFolder, walkedMs, files }: HashedChunk): void {
  index.keep(
    indexFolder,
    files.map(([relpath, md5, size, mtime, ctime, ino]) => {
      const file = { relpath, size, mtimeNs: BigInt(mtime), ctimeNs: BigInt(ctime), ino: BigInt(ino), mode: 0 };
      return [file, md5] as const;
    }),
    walkedMs,
  );
}
