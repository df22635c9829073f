import type { NeededOut } from '../objects/needed.ts';
import type { Repo } from '../repo/repo.ts';
import { remotePlace } from './remote-target.ts';

/** The outputs of each remote's place: an output may name one of its own, which a remote given by hand overrules. */
export function byRemote(repo: Repo, outs: readonly NeededOut[], given: string | undefined): Map<string, NeededOut[]> {
  const places = new Map<string, NeededOut[]>();
  for (const out of outs) {
    const place = remotePlace(repo, given ?? out.out.remote);
    const there = places.get(place);
    if (there === undefined) places.set(place, [out]);
    else there.push(out);
  }
  return places;
}
