import { type Failure, fail, failureOf } from '../../model/failure.ts';
import { foldKey } from '../../storage/key.ts';

/**
 * Keeps names apart that some disks would merge (`A.png` and `a.png`, the two forms of `é`).
 *
 * A key is remembered by 52 bits of its folded form: 40 bytes each however long it is, and among ten million
 * keys the odds are one in a hundred that two are taken for a collision that is none.
 */
export class KeyCollisions {
  readonly #place: string;
  readonly #seen = new Set<number>();

  constructor(place: string) {
    this.#place = place;
  }

  /** `output.collision` for a key that meets one given before. */
  check(key: string): Failure | undefined {
    const mark = markOf(foldKey(key));
    if (!this.#seen.has(mark)) {
      this.#seen.add(mark);
      return undefined;
    }
    const other = 'another file of the source, whose name differs in case or Unicode form';
    return failureOf(fail('output.collision', { place: this.#place, key, other }));
  }
}

// Two 26-bit FNV-like sums in one number; a digest of node:crypto would cost ten times as much.
function markOf(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b + unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return (a >>> 6) * 2 ** 26 + (b >>> 6);
}
