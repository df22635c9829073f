import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineStep, type ResultsReader } from '@dataset-runner/core/plugin';
import { addIgnored, hidingLine } from '../formats/gitignore-line.ts';
import { type Hashed, hashedEntry, stageMd5 } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { isGitIgnored } from '../git.ts';
import { cacheBytes } from '../objects/cache-file.ts';
import { treeEntries } from '../objects/needed.ts';
import { isWithin } from '../repo/targets.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import type { HashedChunk, HashedFile } from './cache-files.ts';

/** A target whose files are in the cache; what remains is to say so. */
export interface Tracked {
  /** Absolute root of the repository. */
  readonly root: string;
  readonly cacheDir: string;
  /** Posix, from the root. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The `.dvc` file, posix, from the root, and how it names the path. */
  readonly file: string;
  readonly outPath: string;
  /** The tracked folder the path is a part of, with its tree until now. */
  readonly within?: { readonly path: string; readonly oid: string; readonly size?: number };
  /** The work tree that has to ignore the data. */
  readonly gitRoot?: string;
  /** False: hashes and describes only (`--no-commit`). */
  readonly commit: boolean;
  readonly chunks: ResultsReader<HashedChunk>;
}

export interface TrackedResult {
  /** The `.dvc` file, posix, from the root. */
  readonly file: string;
  readonly md5: string;
  /** Bytes; unknown where a part of a folder took the place of another one. */
  readonly size?: number;
  readonly nfiles: number;
  readonly changed: boolean;
}

/** Writes `.dir` object, `.dvc` file and `.gitignore` line of one target, in this order: nothing names what is not there. */
export const writeTracked = defineStep({
  name: 'write-tracked',
  cache: false,
  async work(target: Tracked): Promise<TrackedResult> {
    const { root, path, file, outPath, isFolder, cacheDir, commit, within } = target;
    const files: HashedFile[] = [];
    for await (const { result } of target.chunks) files.push(...result.files);
    const cache = commit ? cacheDir : undefined;
    const hashed =
      within !== undefined
        ? hashedPart(target, files)
        : isFolder
          ? hashedFolder(files, cache)
          : hashedSingle(join(root, path), files);
    const before = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
    const after = editYaml(before, digested(withOut(before, outPath, hashed)));
    if (after !== before) writeAtomically(join(root, file), after);
    if (target.gitRoot !== undefined) ignoreInGit(target.gitRoot, join(root, within?.path ?? path));
    const { md5 = '', size, nfiles = 1 } = hashed;
    return { file, md5, ...(size === undefined ? {} : { size }), nfiles, changed: after !== before };
  },
});

// An import says on top what it says below; DVC takes an old digest for a change.
function digested(value: Value): Value {
  return isMap(value) && value.has('md5') ? new Map([...value, ['md5', stageMd5(value)]]) : value;
}

// A part of a tracked folder: its files replace what the tree said of that path. Sizes of the others are not known one
// by one, so the sum survives only where nothing was replaced, as in DVC.
function hashedPart({ path, within, cacheDir, commit, isFolder }: Tracked, files: readonly HashedFile[]): Hashed {
  if (within === undefined) throw new Error('no folder to be a part of');
  const part = path.slice(within.path.length + 1);
  const before = treeEntries(cacheDir, { oid: within.oid, layout: 'files/md5', path: within.path }) ?? [];
  const kept = before.filter(({ relpath }) => !isWithin(relpath, part));
  const fresh = files.map(([relpath, md5]) => ({ relpath: isFolder ? `${part}/${relpath}` : part, md5 }));
  const tree = treeOf([...kept, ...fresh]);
  if (commit) cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
  const isAppend = kept.length === before.length && within.size !== undefined;
  const size = tree.oid === within.oid ? within.size : isAppend ? sizeOf(files) + (within.size ?? 0) : undefined;
  return { md5: tree.oid, ...(size === undefined ? {} : { size }), nfiles: tree.entries.length, hash: 'md5' };
}

function sizeOf(files: readonly HashedFile[]): number {
  return files.reduce((sum, file) => sum + file[2], 0);
}

function hashedFolder(files: readonly HashedFile[], cacheDir: string | undefined): Hashed {
  const tree = treeOf(files.map(([relpath, md5]) => ({ relpath, md5 })));
  if (cacheDir !== undefined) cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
  return { md5: tree.oid, size: sizeOf(files), nfiles: files.length, hash: 'md5' };
}

function hashedSingle(path: string, files: readonly HashedFile[]): Hashed {
  const [only] = files;
  const isexec = (statSync(path).mode & 0o100) !== 0;
  return { md5: only?.[1] ?? '', size: only?.[2] ?? 0, hash: 'md5', ...(isexec ? { isexec: true } : {}) };
}

/** The value of a `.dvc` file with one output's hash replaced or added; all else of it stays. */
export function withOut(text: string | undefined, path: string, hashed: Hashed): Value {
  const entry = hashedEntry(hashed);
  const before = text === undefined ? null : valueOf(readYaml(text).root);
  const fresh: ValueMap = new Map([...entry, ['path', path]]);
  if (!isMap(before)) return new Map<string, Value>([['outs', [fresh]]]);
  const outs = before.get('outs');
  const list = isList(outs) ? outs : [];
  const at = list.findIndex((out) => isMap(out) && out.get('path') === path);
  const old = list[at];
  if (!isMap(old)) return new Map([...before, ['outs', [...list, fresh]]]);
  const kept = [...old].filter(([key]) => !hashKeys.has(key));
  return new Map([...before, ['outs', list.with(at, new Map([...entry, ...kept]))]]);
}

const hashKeys = new Set(['md5', 'etag', 'checksum', 'size', 'nfiles', 'isexec', 'hash', 'version_id', 'cloud']);

/** Tells git, in the folder of the data, to pass over it, unless some rule of a person hides it already. */
export function ignoreInGit(gitRoot: string, path: string, later: readonly string[] = []): void {
  if (isGitIgnored(gitRoot, path)) return;
  const file = join(dirname(path), '.gitignore');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = addIgnored(before, hidingLine(`/${basename(path)}`), new Set(later));
  if (after !== undefined) writeAtomically(file, after);
}
