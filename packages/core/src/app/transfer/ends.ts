import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fail } from '../../model/failure.ts';
import { joinPlace } from '../../model/file-ref.ts';
import type { Store } from '../../model/store.ts';
import type { StoreOpener } from '../../storage/open-store.ts';
import type { Ends } from './request.ts';

/** Both places of a transfer, opened. */
export interface OpenEnds {
  readonly from: Store;
  readonly to: Store;
}

/** Opens both places; throws `usage.invalid` when one lies inside the other, or cannot be read or written. */
export async function openEnds(stores: StoreOpener, { from, to, file }: Ends): Promise<OpenEnds> {
  const ends = { from: await stores.open(from), to: await stores.open(to) };
  const rootOf = (store: Store): string => realRoot(store) ?? stores.location(store.place);
  if (file === undefined) refuseNested(ends, rootOf);
  else if (rootOf(ends.from) === rootOf(ends.to) && file.from === file.to)
    throw fail('usage.invalid', {
      message: `${joinPlace(from, file.from)} and ${joinPlace(to, file.to)} are the same file`,
    });
  for (const store of file === undefined ? [ends.from, ends.to] : [])
    if (!store.can.list) throw fail('store.read-only', { url: store.place, what: 'list' });
  return ends;
}

/** True when the file of the target is a way to that of the source: were the source removed, nothing would be left. */
export function isSameFile({ from, to }: OpenEnds, fromKey: string, toKey: string): boolean {
  const [source, target] = [from.localPath(fromKey), to.localPath(toKey)];
  if (source === undefined || target === undefined) return false;
  // A source that is a link itself may go: its own name is not followed.
  return join(realPath(dirname(source)), basename(source)) === realPath(target);
}

function refuseNested({ from, to }: OpenEnds, rootOf: (store: Store) => string): void {
  const [a, b] = [rootOf(from), rootOf(to)];
  const message = `${from.place} and ${to.place} lie inside one another: files would be copied onto themselves`;
  if (a === b || isInside(a, b) || isInside(b, a)) throw fail('usage.invalid', { message });
}

// Local places are told apart by their folders, whatever they are called and whichever links lead there.
function realRoot(store: Store): string | undefined {
  const path = store.localPath('x');
  return path === undefined ? undefined : realPath(path.slice(0, -2) || '/');
}

/** A path with its links followed, as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}

function isInside(inner: string, outer: string): boolean {
  if (isAbsolute(inner) && isAbsolute(outer)) {
    const below = relative(outer, inner);
    return below !== '' && below !== '..' && !below.startsWith('../') && !isAbsolute(below);
  }
  return inner.startsWith(/[:/]$/.test(outer) ? outer : `${outer}/`);
}
