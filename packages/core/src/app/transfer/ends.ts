import { basename, dirname, join } from 'node:path';
import { fail } from '../../model/failure.ts';
import { joinPlace } from '../../model/file-ref.ts';
import type { Store } from '../../model/store.ts';
import { isBelow, realPath, rootOf } from '../../storage/nested.ts';
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
  const locationOf = (place: string): string => stores.location(place);
  const [source, target] = [rootOf(ends.from, locationOf), rootOf(ends.to, locationOf)];
  if (file === undefined) refuseNested(ends, source, target);
  else if (source === target && file.from === file.to)
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

function refuseNested({ from, to }: OpenEnds, a: string, b: string): void {
  const message = `${from.place} and ${to.place} lie inside one another: files would be copied onto themselves`;
  if (a === b || isBelow(a, b) || isBelow(b, a)) throw fail('usage.invalid', { message });
}
