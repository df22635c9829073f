import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Most runs end below this, and never pay.
const spareAboveBytes = 200_000_000;
const soonAboveBytes = 130_000_000;

let sparing = false;

/**
 * Makes V8 collect sooner, in all threads, once the process holds 200 MB; to be called now and then. `soon`: once it holds 130,
 * for work that is not its own: what it waits for costs more than its collections.
 *
 * Left to itself it lets garbage grow with a heap that is small beside the machine: 50,000 rows held 950 MB of which
 * 90 were alive. The flags are read at every collection, so they hold from the next on; and for good.
 */
export function spareMemory({ soon }: { readonly soon: boolean }): void {
  if (sparing || process.memoryUsage.rss() < (soon ? soonAboveBytes : spareAboveBytes)) return;
  sparing = true;
  // The old space may grow by 40 % between two collections (300 % is usual), the young one no more.
  setFlagsFromString('--heap-growing-percent=40');
  setFlagsFromString('--semi-space-growth-factor=1');
}

type MinorGc = (options: { readonly type: 'minor' }) => void;

// V8 takes fright at about 40 MB. The sooner spent memory comes back, the likelier a cache still holds it.
const sweepEveryBytes = 12_000_000;

let passedBytes = 0;
let sweep: MinorGc | undefined;

/**
 * To be told of every piece that a stream gives away: drops the spent ones early and cheaply.
 *
 * Pieces are small objects with much memory outside the heap. V8 goes by that memory, and then over the whole heap where
 * a look at its youngest objects is enough: half of the processor time of copying a gigabyte.
 */
export function passed(sizeBytes: number): void {
  passedBytes += sizeBytes;
  if (passedBytes < sweepEveryBytes) return;
  passedBytes = 0;
  sweep ??= minorGc();
  sweep({ type: 'minor' });
}

// The function is there only in contexts made after the flag was set.
function minorGc(): MinorGc {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('globalThis.gc');
  return typeof found === 'function' ? (found as MinorGc) : () => undefined;
}
