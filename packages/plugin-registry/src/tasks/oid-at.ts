import { outsOf } from '../objects/needed.ts';
import { History } from '../repo/at-revision.ts';
import type { Repo } from '../repo/repo.ts';
import { outPathThen } from '../repo/tracked.ts';

/** What a commit says of the data at a path (posix, from the root of the repository); undefined where it names none. */
export function oidAt(repo: Repo, commit: string, path: string): string | undefined {
  return outsOf(new History(repo).at(commit), outPathThen).find((each) => each.path === path)?.oid;
}
