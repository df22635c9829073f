import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import type { Out } from '../formats/stage-file.ts';
import { parseTree, type TreeEntry } from '../formats/tree.ts';
import type { LockedOut } from '../repo/locked.ts';
import type { Repo } from '../repo/repo.ts';
import { isStageTarget, isWithin } from '../repo/targets.ts';
import { describedBy, outPath, type TrackedFile } from '../repo/tracked.ts';
import { isTreeOid, type Layout, objectKey } from './object-path.ts';

/** An output whose bytes belong into the cache. */
export interface NeededOut {
  readonly oid: string;
  readonly layout: Layout;
  /** Where it belongs, posix from the root. */
  readonly path: string;
  /** What names it: a `.dvc` file, or `dvc.yaml:stage`. */
  readonly file: string;
  readonly out: Out;
  /** Only this path in it is meant (posix, within the output); undefined means all of it. */
  readonly part?: string;
}

/** The outputs with cached bytes at, above or below the targets (all without any), a target naming data or its file. */
export function neededOuts(repo: Repo, targets: readonly string[] = []): NeededOut[] {
  const outs = outsOf(describedBy(repo.root));
  if (targets.length === 0) return outs;
  const found = new Map<string, NeededOut>();
  for (const target of targets) {
    const there = outs.flatMap((out) => meantBy(target, out));
    // A path comes before the name of a stage, as in DVC.
    const meant = there.length > 0 ? there : outs.filter(({ file }) => isStageTarget(target, file));
    if (meant.length === 0) throw registryFailures['target-unknown']({ target });
    for (const each of meant) found.set(`${each.path}\0${each.part ?? ''}`, each);
  }
  return [...found.values()];
}

/** The outputs of files that were read already, here or (with {@link outPathThen}) at a revision of git. */
export function outsOf(
  described: { readonly tracked: readonly TrackedFile[]; readonly locked: readonly LockedOut[] },
  placeOf: typeof outPath = outPath,
): NeededOut[] {
  const needed: NeededOut[] = [];
  const take = (out: Out, path: string, file: string): void => {
    const { md5: oid } = out;
    if (!out.cache || oid === undefined) return;
    needed.push({ oid, layout: out.hash === 'md5' ? 'files/md5' : 'legacy', path, file, out });
  };
  for (const tracked of described.tracked) {
    for (const out of tracked.stage.outs) take(out, placeOf(tracked, out.path), tracked.file);
  }
  for (const { out, path, stage } of described.locked) take(out, path, stage);
  return needed;
}

function meantBy(target: string, out: NeededOut): NeededOut[] {
  if (isWithin(out.path, target) || target === out.file || out.file.startsWith(`${target}:`)) return [out];
  if (isTreeOid(out.oid) && isWithin(target, out.path)) return [{ ...out, part: target.slice(out.path.length + 1) }];
  return [];
}

/** The key of an output's own object. */
export function outKey({ oid, layout }: NeededOut): string {
  return objectKey(oid, layout);
}

/** The files of an output whose `.dir` object lies in the cache; undefined where it does not. A file is a tree of itself. */
export function treeEntries(
  cacheDir: string,
  out: Pick<NeededOut, 'oid' | 'layout' | 'path' | 'part'>,
): TreeEntry[] | undefined {
  const { oid, layout } = out;
  if (!isTreeOid(oid)) return [{ relpath: '', md5: oid }];
  let text: string;
  try {
    text = readFileSync(join(cacheDir, objectKey(oid, layout)), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return entriesIn(text, out);
}

/** The files of an output, from the text of its `.dir` object. */
export function entriesIn(text: string, { oid, path, part }: Pick<NeededOut, 'oid' | 'path' | 'part'>): TreeEntry[] {
  try {
    const entries = parseTree(text);
    return part === undefined ? entries : entries.filter(({ relpath }) => isWithin(relpath, part));
  } catch (error) {
    if (error instanceof SyntaxError) throw registryFailures['tree-broken']({ oid, path, why: error.message });
    throw error;
  }
}

/** The keys of the files of a tree in the cache; undefined where its `.dir` object is not there. */
export function memberKeys(cacheDir: string, out: NeededOut): string[] | undefined {
  if (!isTreeOid(out.oid)) return [];
  return treeEntries(cacheDir, out)?.map(({ md5 }) => objectKey(md5, out.layout));
}
