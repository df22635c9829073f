import { fail } from '../model/failure.ts';
import { placePrefix } from '../model/file-ref.ts';
import { type Claim, foldUrl } from '../state/claims.ts';
import { describeLine } from '../state/line-lock.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import { claimUrl, type Publishing } from './publishing.ts';
import type { Staged } from './work/staged.ts';

/**
 * Whose the file at an output's key is by the state's account: the item's own to replace, nobody's (what lies there
 * is foreign), or another line's to stay as it is.
 */
export type Standing = 'ours' | 'nobody' | 'owned';

/** Decides who may write a key. */
export class Ownership {
  readonly #state: State;
  readonly #committer: Committer;

  constructor(state: State, committer: Committer) {
    this.#state = state;
    this.#committer = committer;
  }

  /**
   * Decides on all outputs of an item, in their order.
   *
   * Throws `output.collision` where another item of the line, or a key that some disks would merge, has one, and
   * `output.claimed` where another line has it. A map without rows claims nothing for long, so for it such a file is
   * `owned`: it may turn out to be the very same.
   */
  check(to: Publishing, staged: readonly Staged[]): Standing[] {
    const urls = staged.map(({ key, kind }) => claimUrl(to.place, key, kind));
    const claims = this.#claimsOf(to, urls);
    if (urls.length > 1) this.#refuseTwins(to, staged, urls);
    return staged.map((output, i) => this.#standing(to, output, urls[i] as string, claims[i]));
  }

  // A map without rows claims nothing itself, so that the place it writes to is mostly nobody's to its end.
  #claimsOf({ recorded, place }: Publishing, urls: readonly string[]): readonly (Claim | undefined)[] {
    const { claims } = this.#state;
    return !recorded && claims.isFree(placePrefix(place)) ? [] : claims.findAll(urls);
  }

  // An item that writes a key twice, or two keys that some disks would merge.
  #refuseTwins(to: Publishing, staged: readonly Staged[], urls: readonly string[]): void {
    const folds = new Map<string, Staged>();
    for (const [i, output] of staged.entries()) {
      const fold = foldUrl(urls[i] as string);
      const twin = folds.get(fold);
      if (twin !== undefined) throw this.#collision(to, output, `'${twin.key}' of the same item`);
      folds.set(fold, output);
    }
  }

  #standing(to: Publishing, output: Staged, url: string, claim: Claim | undefined): Standing {
    // Two items of one group may write the same key before either is recorded.
    const pending = this.#committer.pendingClaim(url);
    if (pending !== undefined && (pending.line !== to.line.id || pending.key !== to.key)) {
      throw this.#collision(to, output, pending.url === url ? `item '${pending.key}' of this run` : pending.url);
    }
    // `work:` is ours whatever the state remembers of it.
    let ours = to.inherited || to.place.startsWith('work:');
    if (claim !== undefined) {
      if (claim.line === to.line.id && claim.key === to.key) ours = true;
      else if (claim.line !== to.line.id) {
        if (!claim.stale && to.recorded) throw this.claimed(to, output.key, claim.line);
        if (!claim.stale) return 'owned';
      } else if (!claim.stale && to.isConfirmed(claim.key)) throw this.#collision(to, output, `item '${claim.key}'`);
      else ours = true;
      // Folded alike, written differently: a disk that ignores case would make one file of two.
      if (claim.url !== url && !claim.stale) throw this.#collision(to, output, claim.url);
    }
    this.#committer.claim(url, to.line.id, to.key);
    return ours ? 'ours' : 'nobody';
  }

  /** The failure that names who owns a key. */
  claimed(to: Publishing, key: string, line = this.#state.claims.find(claimUrl(to.place, key, 'file'))?.line): Error {
    const owner = line === undefined ? undefined : this.#state.lineById(line);
    return fail('output.claimed', {
      place: to.place,
      key,
      owner: owner === undefined ? `line ${line}` : describeLine(owner),
    });
  }

  #collision(to: Publishing, output: Staged, other: string): Error {
    return fail('output.collision', { place: to.place, key: output.key, other });
  }
}
