import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { placePrefix } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';

/**
 * Where a store really lies; stores for which it is the same are one.
 *
 * `location` is what the opener says of it. Local places are told apart by their folders instead, whatever they are
 * called and whichever links lead there.
 */
export function rootOf(store: Store, location: (place: string) => string): string {
  const path = store.localPath('x');
  return path === undefined ? location(store.place) : realPath(path.slice(0, -2) || '/');
}

/** A path with its links followed, as far as there is something. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}

/** Whether one root, as `rootOf` gives it, lies below another. */
export function isBelow(inner: string, outer: string): boolean {
  if (isAbsolute(inner) && isAbsolute(outer)) {
    const below = relative(outer, inner);
    return below !== '' && below !== '..' && !below.startsWith('../') && !isAbsolute(below);
  }
  return inner !== outer && inner.startsWith(placePrefix(outer));
}
