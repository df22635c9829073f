import { fail } from '../model/failure.ts';

/** Where unfinished files lie, at the root of a store; never listed, swept by the engine. */
export const stagingFolder = '.runner-staging';

/** UTF-8 bytes; the smallest limit among the object stores (S3, GCS, Azure, Swift all take 1,024). */
const maxKeyBytes = 1024;

/** Says what is wrong with a key, or nothing when it may be written to any store. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  // One pass over the code units: a million keys are checked per run, and most are plain ASCII.
  let segmentStart = 0;
  let plain = true;
  for (let at = 0; at <= key.length; at++) {
    const unit = at === key.length ? 47 : key.charCodeAt(at);
    if (unit === 47) {
      const problem = segmentProblem(key, segmentStart, at);
      if (problem !== undefined) return problem;
      segmentStart = at + 1;
    } else if (unit < 32 || unit === 127) {
      return `has the control character U+${unit.toString(16).toUpperCase().padStart(4, '0')}`;
    } else if (unit === 92) {
      return 'has a backslash; keys use /';
    } else if (unit > 127) {
      plain = false;
    }
  }
  if (/^[A-Za-z]:/.test(key)) return 'starts with a drive letter';
  if (!plain && !key.isWellFormed()) return 'has half a surrogate pair';
  const sizeBytes = plain ? key.length : Buffer.byteLength(key);
  return sizeBytes > maxKeyBytes ? `has ${sizeBytes} bytes, more than ${maxKeyBytes}` : undefined;
}

function segmentProblem(key: string, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return start === 0 ? 'starts with /' : end === key.length ? 'ends with /' : 'has an empty segment';
  if (length === 1 && key.charCodeAt(start) === 46) return 'has a . segment';
  if (length === 2 && key.charCodeAt(start) === 46 && key.charCodeAt(start + 1) === 46) return 'has a .. segment';
  return undefined;
}

/** Returns the key; throws `store.key` when it could leave its place or is not portable. */
export function checkKey(key: string): string {
  const why = keyProblem(key);
  if (why !== undefined) throw fail('store.key', { key, why });
  return key;
}

/**
 * Two keys with the same fold would be one file on some file system: NFC, lower case.
 *
 * Only for finding collisions; keys themselves are never changed, a key read is the key listed.
 */
export function foldKey(key: string): string {
  return key.normalize('NFC').toLowerCase();
}

/** True for keys inside a staging folder, at any depth: places may lie inside one another. */
export function isStaged(key: string): boolean {
  // The cheap test first: nearly no key has the word in it.
  if (!key.includes(stagingFolder)) return false;
  return key.split('/').includes(stagingFolder);
}
