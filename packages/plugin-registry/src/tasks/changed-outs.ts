import type { RunContext } from '@dataset-runner/core/plugin';
import { type NeededOut, treeEntries } from '../objects/needed.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { treeOf } from '../formats/tree.ts';
import type { Repo } from '../repo/repo.ts';
import { type Difference, differenceOf, isSame } from '../workspace/compare.ts';
import { walkAt } from '../workspace/look.ts';
import { printOfFiles } from '../workspace/seals.ts';
import { withSeals } from '../workspace/with-seals.ts';
import { type Here, hashesHere } from './hashes-here.ts';

/** An output that is not in the workspace as it is tracked. */
export interface ChangedOut {
  readonly out: NeededOut;
  /** Undefined: nothing is there. */
  readonly here: Here | undefined;
  /** Undefined where a file stands for a folder, or the folder's tree is not in the cache. */
  readonly difference?: Difference;
}

/** Compares outputs with the workspace; only files that changed since they were last read are read. */
export async function changedOuts(
  repo: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<unknown>, 'map' | 'once'>,
): Promise<ChangedOut[]> {
  if (outs.length === 0) return [];
  // 1. What looks exactly as it did when all of it was as tracked, still is.
  const walks = outs.map((out) => ({ out, walk: walkAt(repo.root, out.path, out.layout) }));
  const open = withSeals(repo, (seals) =>
    walks.filter(({ out, walk }) => !(walk?.isFolder && seals.has(subjectOf(out), out.oid, printOfFiles(walk.found)))),
  );
  if (open.length === 0) return [];
  // 2. The rest is compared file by file.
  const here = await hashesHere(
    repo,
    open.flatMap(({ out: { path, layout }, walk }) => (walk === undefined ? [] : [{ path, layout, walk }])),
    context,
  );
  const changed = open.flatMap(({ out }) => changedOut(repo, out, here.get(out.path)));
  const changedPaths = new Set(changed.map(({ out }) => out.path));
  withSeals(repo, (seals) => {
    for (const { out } of open) {
      const look = here.get(out.path)?.look;
      // A file that had to be read may have changed between the walk and that.
      if (look === undefined || !look.isFolder || look.unknown.length > 0 || changedPaths.has(out.path)) continue;
      seals.put(subjectOf(out), [out.oid], printOfFiles(look.found));
    }
  });
  return changed;
}

function subjectOf({ path, layout }: NeededOut): string {
  return `${layout} ${path}`;
}

function changedOut(repo: Repo, { part: _part, ...out }: NeededOut, here: Here | undefined): ChangedOut[] {
  if (here === undefined) return [{ out, here }];
  if (here.look.isFolder !== isTreeOid(out.oid)) return [{ out, here }];
  const entries = treeEntries(repo.cacheDir, out);
  if (entries === undefined) {
    // The folder's name is the digest of its tree, so that can be made again and compared.
    const { oid } = treeOf([...here.md5].map(([relpath, md5]) => ({ relpath, md5 })));
    return oid === out.oid ? [] : [{ out, here }];
  }
  const tracked = here.look.isFolder ? entries : [{ relpath: [...here.md5.keys()][0] ?? '', md5: out.oid }];
  const difference = differenceOf(tracked, here.md5);
  return isSame(difference) ? [] : [{ out, here, difference }];
}
