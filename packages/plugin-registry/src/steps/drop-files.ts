import { rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';

/** Files that do not belong to what is tracked any more. */
export interface DropChunk {
  readonly key: string;
  /** Absolute; what lies above it stays, and it as well, unless a file is to take its place. */
  readonly folder: string;
  readonly andFolder?: boolean;
  /** Posix, from that folder. */
  readonly relpaths: readonly string[];
}

/** Removes files, and folders that are empty then. What is gone already is fine: a killed run goes on. */
export const dropFiles = defineStep({
  name: 'drop-files',
  cache: false,
  work({ folder, relpaths, andFolder = false }: DropChunk): { readonly dropped: number } {
    const folders = new Set<string>();
    for (const relpath of relpaths) {
      rmSync(join(folder, relpath), { force: true });
      for (let above = dirname(relpath); above !== '.'; above = dirname(above)) folders.add(above);
    }
    // Deepest first, so that a folder of empty folders goes too.
    for (const above of [...folders].sort((a, b) => b.length - a.length)) dropEmpty(join(folder, above));
    if (andFolder) dropEmpty(folder);
    return { dropped: relpaths.length };
  },
});

function dropEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
