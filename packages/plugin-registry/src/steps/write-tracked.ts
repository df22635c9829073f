import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineStep, type ResultsReader } from '@dataset-runner/core/plugin';
import { addIgnored, gitignoreLine } from '../formats/gitignore-line.ts';
import { type Hashed, hashedEntry } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { isGitIgnored } from '../git.ts';
import { cacheBytes } from '../objects/cache-file.ts';
import { folderOf, indexPath } from '../repo/targets.ts';
import { StatIndex } from '../workspace/stat-index.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import type { HashedFile } from './cache-files.ts';

/** A target whose files are in the cache; what remains is to say so. */
export interface Tracked {
  /** Absolute root of the repository. */
  readonly root: string;
  readonly cacheDir: string;
  /** Posix, from the root. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The work tree that has to ignore the data. */
  readonly gitRoot?: string;
  /** False: hashes and describes only (`--no-commit`). */
  readonly commit: boolean;
  /** When the walk began, for the index. */
  readonly walkedMs: number;
  readonly chunks: ResultsReader<{ readonly files: readonly HashedFile[] }>;
}

export interface TrackedResult {
  /** The `.dvc` file, posix, from the root. */
  readonly file: string;
  readonly md5: string;
  readonly size: number;
  readonly nfiles: number;
  readonly changed: boolean;
}

/** Writes `.dir` object, `.dvc` file and `.gitignore` line of one target, in this order: nothing names what is not there. */
export const writeTracked = defineStep({
  name: 'write-tracked',
  cache: false,
  async work(target: Tracked): Promise<TrackedResult> {
    const { root, path, isFolder, cacheDir, commit } = target;
    const files: HashedFile[] = [];
    for await (const { result } of target.chunks) files.push(...result.files);
    const hashed = isFolder
      ? hashedFolder(files, commit ? cacheDir : undefined)
      : hashedSingle(join(root, path), files);
    remember(target, files);
    const file = `${path}.dvc`;
    const before = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
    const after = editYaml(before, withOut(before, basename(path), hashed));
    if (after !== before) writeAtomically(join(root, file), after);
    if (target.gitRoot !== undefined) ignore(target.gitRoot, join(root, path));
    const { md5 = '', size = 0, nfiles = 1 } = hashed;
    return { file, md5, size, nfiles, changed: after !== before };
  },
});

function hashedFolder(files: readonly HashedFile[], cacheDir: string | undefined): Hashed {
  const tree = treeOf(files.map(([relpath, md5]) => ({ relpath, md5 })));
  if (cacheDir !== undefined) cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
  return { md5: tree.oid, size: files.reduce((sum, file) => sum + file[2], 0), nfiles: files.length, hash: 'md5' };
}

function hashedSingle(path: string, files: readonly HashedFile[]): Hashed {
  const [only] = files;
  const isexec = (statSync(path).mode & 0o100) !== 0;
  return { md5: only?.[1] ?? '', size: only?.[2] ?? 0, hash: 'md5', ...(isexec ? { isexec: true } : {}) };
}

function remember({ root, path, isFolder, walkedMs }: Tracked, files: readonly HashedFile[]): void {
  const index = new StatIndex(indexPath(root));
  try {
    const found = files.map(([relpath, md5, size, mtime, ctime, ino]) => {
      const file = { relpath, size, mtimeNs: BigInt(mtime), ctimeNs: BigInt(ctime), ino: BigInt(ino), mode: 0 };
      return [file, md5] as const;
    });
    index.keep(isFolder ? path : folderOf(path), found, walkedMs);
  } finally {
    index.close();
  }
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

// Git hears of the data beside it, in the same folder, unless some rule of a person's hides it already.
function ignore(gitRoot: string, path: string): void {
  if (isGitIgnored(gitRoot, path)) return;
  const file = join(dirname(path), '.gitignore');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = addIgnored(before, gitignoreLine(`/${basename(path)}`));
  if (after !== undefined) writeAtomically(file, after);
}
