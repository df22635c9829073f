import { relative, isAbsolute } from 'node:path';
import { fail } from '../../model/failure.ts';
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
  if (file === undefined) refuseNested(ends);
  else if (ends.from.place === ends.to.place && file.from === file.to)
    throw fail('usage.invalid', { message: `${from} and ${to} are the same file` });
  for (const store of file === undefined ? [ends.from, ends.to] : [])
    if (!store.can.list) throw fail('store.read-only', { url: store.place, what: 'list' });
  return ends;
}

function refuseNested({ from, to }: OpenEnds): void {
  const [a, b] = [rootOf(from), rootOf(to)];
  const message = `${from.place} and ${to.place} lie inside one another: files would be copied onto themselves`;
  if (a === b || isInside(a, b) || isInside(b, a)) throw fail('usage.invalid', { message });
}

// Local places are told apart by their folders, whatever they are called.
function rootOf(store: Store): string {
  const path = store.localPath('x');
  return path === undefined ? store.place : path.slice(0, -2) || '/';
}

function isInside(inner: string, outer: string): boolean {
  if (isAbsolute(inner) && isAbsolute(outer)) {
    const below = relative(outer, inner);
    return below !== '' && below !== '..' && !below.startsWith('../') && !isAbsolute(below);
  }
  return inner.startsWith(/[:/]$/.test(outer) ? outer : `${outer}/`);
}
