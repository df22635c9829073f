import type { TreeEntry } from '../formats/tree.ts';

/** How the files at a tracked path differ from what is tracked; relpaths. */
export interface Difference {
  /** Here and not tracked. */
  readonly added: readonly string[];
  /** Tracked and not here. */
  readonly deleted: readonly string[];
  /** Here with other bytes. */
  readonly modified: readonly string[];
}

/** Compares what is here (relpath to md5) with what is tracked. */
export function differenceOf(tracked: readonly TreeEntry[], here: ReadonlyMap<string, string>): Difference {
  const deleted: string[] = [];
  const modified: string[] = [];
  let same = 0;
  for (const { relpath, md5 } of tracked) {
    const found = here.get(relpath);
    if (found === undefined) deleted.push(relpath);
    else if (found === md5) same += 1;
    else modified.push(relpath);
  }
  // Everything here was met on the way: the usual case needs no second map.
  if (same + modified.length === here.size) return { added: [], deleted, modified };
  const wanted = new Set(tracked.map(({ relpath }) => relpath));
  return { added: [...here.keys()].filter((relpath) => !wanted.has(relpath)), deleted, modified };
}

export function isSame({ added, deleted, modified }: Difference): boolean {
  return added.length + deleted.length + modified.length === 0;
}
