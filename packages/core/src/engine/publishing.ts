import { fail } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import type { LineId } from '../state/state.ts';

/** Whose outputs are being published. */
export interface Publishing {
  readonly line: LineId;
  readonly key: string;
  readonly place: string;
  readonly store: Store;
  /** The item was in hand when a run died: what lies at its keys may be its own, unrecorded. */
  readonly inherited: boolean;
  readonly overwrite: boolean;
  /** The line keeps rows, and with them what it has made. */
  readonly recorded: boolean;
  /** Read back what was written to a store that is not a local disk. */
  readonly verify: boolean;
  /** True for a row this run has confirmed (made or found up to date). */
  readonly isConfirmed: (key: string) => boolean;
}

/** The URL an output is claimed under; folders end with a slash, so that a file `a` and a folder `a/` differ. */
export function claimUrl(place: string, key: string, kind: string): string {
  return joinPlace(place, key) + (kind.endsWith('folder') ? '/' : '');
}

/** What lies at the key is no longer what was looked at before. */
export function changedMeanwhile(place: string, key: string): Error {
  return fail('store.conflict', {
    url: joinPlace(place, key),
    hint: 'It was changed after it had been compared, and is kept. Give the same command again to decide anew.',
  });
}
