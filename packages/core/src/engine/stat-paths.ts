import { statSync } from 'node:fs';

/** Size and mtimeMs of each path, in order; -1 and -1 for what is missing, -2 for a folder's size. */
export function statPaths(paths: readonly string[]): Float64Array {
  const stats = new Float64Array(paths.length * 2);
  for (let i = 0; i < paths.length; i++) {
    let found: ReturnType<typeof statSync> | undefined;
    try {
      found = statSync(paths[i] as string, { throwIfNoEntry: false });
    } catch {
      // ENOTDIR, ELOOP and the like: nothing of ours lies there.
    }
    stats[i * 2] = found === undefined ? -1 : found.isDirectory() ? -2 : Number(found.size);
    stats[i * 2 + 1] = found === undefined ? -1 : Number(found.mtimeMs);
  }
  return stats;
}
