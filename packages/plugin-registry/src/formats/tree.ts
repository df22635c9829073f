import { createHash } from 'node:crypto';
import { byCodePoint, jsonString } from './python-json.ts';

/** One file of a tracked folder. */
export interface TreeEntry {
  /** Posix path within the folder, as the file system spelled it: no Unicode normalisation. */
  readonly relpath: string;
  /** 32 lower-case hex digits. */
  readonly md5: string;
}

/** A `.dir` object: what a tracked folder holds. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  readonly bytes: string;
  /** md5 of the bytes, with `.dir` behind it. */
  readonly oid: string;
}

/** Makes the `.dir` object of a folder's files, given in any order; an empty folder has one as well. */
export function treeOf(entries: readonly TreeEntry[]): Tree {
  const sorted = entries.toSorted((a, b) => byCodePoint(a.relpath, b.relpath));
  const bytes = `[${sorted.map((e) => `{"md5": ${jsonString(e.md5)}, "relpath": ${jsonString(e.relpath)}}`).join(', ')}]`;
  return { entries: sorted, bytes, oid: `${createHash('md5').update(bytes).digest('hex')}.dir` };
}

/**
 * Reads a `.dir` object; keys beside `md5` and `relpath` (cloud versioning writes some) are passed over.
 *
 * Throws a SyntaxError that says what is wrong: a damaged object must never look like an empty folder.
 */
export function parseTree(bytes: string): TreeEntry[] {
  const list: unknown = JSON.parse(bytes);
  if (!Array.isArray(list)) throw new SyntaxError('it is no list');
  return list.map((entry: unknown, at) => {
    const { md5, relpath } = (typeof entry === 'object' && entry !== null ? entry : {}) as {
      md5?: unknown;
      relpath?: unknown;
    };
    if (typeof md5 !== 'string' || !/^[0-9a-f]{32}$/.test(md5)) throw new SyntaxError(`entry ${at} has no md5`);
    if (typeof relpath !== 'string' || !isInside(relpath))
      throw new SyntaxError(`entry ${at} has no path inside the folder`);
    return { md5, relpath };
  });
}

// A tree from a remote is a stranger's: `..` or an absolute path in it would write outside the folder.
function isInside(relpath: string): boolean {
  return (
    relpath !== '' && !relpath.includes('\0') && relpath.split('/').every((part) => !['', '.', '..'].includes(part))
  );
}
