import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where a worker's module lies: beside its source in development, under `dist/` in a published package.
 *
 * `path` is relative to the sources, as in `engine/executors/worker`. A bundle may have moved this module into a shared
 * chunk, so the way is searched from there.
 */
export function workerUrl(path: string): URL {
  const candidates = import.meta.url.endsWith('.ts')
    ? [`../${path}.ts`]
    : [`./${path}.js`, `../${path}.js`, `../../${path}.js`];
  const urls = candidates.map((candidate) => new URL(candidate, import.meta.url));
  const found = urls.find((url) => existsSync(fileURLToPath(url)));
  if (found === undefined)
    throw new Error(`the module of a worker is missing: ${candidates.join(', ')} from ${import.meta.url}`);
  return found;
}
