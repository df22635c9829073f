import type { Repo } from '../repo/repo.ts';
import { indexPath } from '../repo/targets.ts';
import type { Seals } from './seals.ts';
import { StatIndex } from './stat-index.ts';

/** Opens the repository's seals for as long as `use` takes. */
export function withSeals<R>(repo: Pick<Repo, 'root'>, use: (seals: Seals) => R): R {
  const index = new StatIndex(indexPath(repo.root));
  try {
    return use(index.seals);
  } finally {
    index.close();
  }
}
