import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where a worker's module lies: beside its source in development, under `dist/` in a published package.
 *
 * `path` is relative to this folder, as in `executors/worker`. A bundle may have moved this module into a
 * shared chunk one or more folders up, so the way down is searched from there.
 */
export function workerUrl(path: string): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const candidates = [
    `./${path}.${extension}`,
    `./engine/${path}.js`,
    `../engine/${path}.js`,
    `../../engine/${path}.js`,
  ];
  const urls = candidates.map((candidate) => new URL(candidate, import.meta.url));
  const found = urls.find((url) => existsSync(fileURLToPath(url)));
  if (found === undefined)
    throw new Error(`the module of a worker is missing: ${candidates.join(', ')} from ${import.meta.url}`);
  return found;
}
