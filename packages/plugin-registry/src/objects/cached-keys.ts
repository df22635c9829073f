import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oidOfKey } from './object-path.ts';

/** The keys of all objects of a cache, both layouts: 512 folders read, no file looked at. */
export function cachedKeys(cacheDir: string): Set<string> {
  const keys = new Set<string>();
  for (const layout of ['', 'files/md5/']) {
    for (const folder of namesIn(join(cacheDir, layout))) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of namesIn(join(cacheDir, layout, folder))) {
        const key = `${layout}${folder}/${name}`;
        // Half-written objects lie beside the whole ones, under names of their own.
        if (oidOfKey(key) !== undefined) keys.add(key);
      }
    }
  }
  return keys;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
