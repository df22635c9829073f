import type { Digest } from '../../lib/digest.ts';
import type { Entry } from '../../model/driver.ts';
import type { CompareBy } from './request.ts';

/** What two entries of one key say of each other without a look into the files. */
export type Verdict = 'same' | 'size' | 'bytes' | 'newer' | 'unknown';

/**
 * Compares two files by what their listings say.
 *
 * Digests of one kind decide wherever both sides have them. Else files of one size are the same by `size`; by
 * `time` unless the source was changed after the target was written; by `checksum` that is `unknown`, and their
 * bytes have to be read. So have those of a source that is dated in the future, newer than any copy of it.
 */
export function sameByListing(source: Entry, target: Entry, by: CompareBy): Verdict {
  if (source.size !== target.size) return 'size';
  const [a, b] = [source.digest, target.digest];
  if (a !== undefined && b !== undefined && kindOf(a) === kindOf(b)) return a === b ? 'same' : 'bytes';
  if (by === 'checksum') return 'unknown';
  if (by === 'size' || !isNewer(source.modifiedMs, target.modifiedMs)) return 'same';
  return (source.modifiedMs ?? 0) > Date.now() ? 'unknown' : 'newer';
}

/** The algorithm of a digest. */
export function kindOf(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}

function isNewer(sourceMs: number | undefined, targetMs: number | undefined): boolean {
  // A service without times leaves the size to decide.
  if (sourceMs === undefined || targetMs === undefined) return false;
  // Most services cut times down to seconds: a copy made in the same second is not older than its source.
  const precisionMs = targetMs % 1_000 === 0 ? 1_000 : 1;
  return Math.floor(sourceMs / precisionMs) > Math.floor(targetMs / precisionMs);
}
