import { shownKey } from '../../lib/shown-key.ts';

/** Tells people of linked folders that a listing did not enter: what lies behind them would be missed without a word. */
export function noteLinked(note: (message: string) => void, folder: string, keys: readonly string[]): void {
  const [key] = keys;
  if (key === undefined) return;
  const more = keys.length === 1 ? '' : ` (one of ${keys.length} in ${folder})`;
  note(`Left out: ${shownKey(`${folder}/${key}`)} is a link to a folder${more}. Name where it leads as its own place.`);
}
