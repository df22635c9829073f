import type { RunContext } from '@dataset-runner/core/plugin';
import { type NeededOut, treeEntries } from '../objects/needed.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { treeOf } from '../formats/tree.ts';
import type { Repo } from '../repo/repo.ts';
import { type Difference, differenceOf, isSame } from '../workspace/compare.ts';
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
  const here = await hashesHere(repo, outs, context);
  return outs.flatMap((out) => changedOut(repo, out, here.get(out.path)));
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
