import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { hidingLine } from '../formats/gitignore-line.ts';
import { folderOf } from '../repo/targets.ts';
import type { LockEntry } from './lock-file.ts';
import type { Stage } from './stage.ts';

/** What a stage's new lines stand before, as far as that was written sooner. */
export interface NewPlace {
  /** Names of stages in the same lock. */
  readonly laterStages: readonly string[];
  readonly hidden: readonly HiddenPath[];
}

/** An output that git must not see. */
export interface HiddenPath {
  /** Posix, from the root. */
  readonly path: string;
  /** Lines of the same `.gitignore`. */
  readonly laterLines: readonly string[];
}

/**
 * Where the new lines of stages belong that run side by side: behind what was there, in the order of the graph.
 *
 * So two runs write the same bytes, whichever stage ends first, and those of DVC, which runs one after the other.
 */
export function newPlaces(
  root: string,
  stages: readonly Stage[],
  locks: ReadonlyMap<string, ReadonlyMap<string, LockEntry>>,
): (stage: Stage) => NewPlace {
  const freshNames = new Map<string, string[]>();
  const freshLines = new Map<string, string[]>();
  const known = new Map<string, ReadonlySet<string>>();
  for (const { file, name, hidden } of stages) {
    if (!locks.get(file)?.has(name)) into(freshNames, file, name);
    for (const path of hidden) {
      const folder = folderOf(path);
      if (!known.has(folder)) known.set(folder, linesOf(join(root, folder, '.gitignore')));
      if (!known.get(folder)?.has(lineOf(path))) into(freshLines, folder, lineOf(path));
    }
  }
  return ({ file, name, hidden }) => ({
    laterStages: after(freshNames.get(file), name),
    hidden: hidden.map((path) => ({ path, laterLines: after(freshLines.get(folderOf(path)), lineOf(path)) })),
  });
}

function into(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function after(list: readonly string[] = [], value: string): readonly string[] {
  const at = list.indexOf(value);
  return at < 0 ? [] : list.slice(at + 1);
}

function linesOf(file: string): ReadonlySet<string> {
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : []);
}

function lineOf(path: string): string {
  return hidingLine(`/${posix.basename(path)}`);
}
