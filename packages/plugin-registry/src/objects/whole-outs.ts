import type { Repo } from '../repo/repo.ts';
import { printOfObjects } from '../workspace/seals.ts';
import { withSeals } from '../workspace/with-seals.ts';
import { type NeededOut, outKey } from './needed.ts';

/**
 * Which outputs' objects are all in a cache or a remote on disk, by the times of its folders alone.
 *
 * `open` are those that have to be looked for. Tell `found` which of them were all there: the next look takes that word
 * while the folders look as they do now, before they are read.
 */
export function lookForWhole(
  repo: Pick<Repo, 'root'>,
  dir: string,
  outs: readonly NeededOut[],
): { readonly open: readonly NeededOut[]; readonly found: (outs: readonly NeededOut[]) => void } {
  const print = outs.length === 0 ? undefined : printOfObjects(dir);
  if (print === undefined) return { open: outs, found: () => undefined };
  const subject = `objects in ${dir}`;
  return {
    open: withSeals(repo, (seals) => outs.filter((out) => !seals.has(subject, outKey(out), print))),
    found(whole) {
      if (whole.length > 0) withSeals(repo, (seals) => seals.put(subject, whole.map(outKey), print));
    },
  };
}
