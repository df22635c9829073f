import { fail } from '../model/failure.ts';
import type { OpenStore } from '../model/store.ts';
import type { StoredOutput } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import { publishCopy } from './publish-copy.ts';
import { publishFile, publishFolder, replaceFile } from './publish-local.ts';
import { type FolderFiles, publishRemote } from './publish-remote.ts';
import { claimUrl, type Publishing } from './publishing.ts';
import { describeLine } from '../state/line-lock.ts';
import type { Staged } from './work/staged.ts';

/**
 * Makes staged outputs visible, each atomically, never over a file that is not ours.
 *
 * A file nobody recorded is adopted when it is byte-identical and refused (`output.foreign`) otherwise; a key
 * of another line is `output.claimed`; keys that some disks would merge are `output.collision`.
 */
export class Publisher {
  readonly #state: State;
  readonly #committer: Committer;
  readonly #openStore: OpenStore;

  constructor(state: State, committer: Committer, openStore: OpenStore) {
    this.#state = state;
    this.#committer = committer;
    this.#openStore = openStore;
  }

  /** Synchronous for places on a local disk, where a promise per file would cost as much as the rename. */
  publish(to: Publishing, staged: readonly Staged[]): StoredOutput[] | Promise<StoredOutput[]> {
    // All are checked before the first is published: an item that may not write one of its files writes none.
    const ours = staged.map((output) => this.#check(to, output));
    if (to.store.localPath('x') === undefined) return this.#publishRemote(to, staged, ours);
    const outputs: StoredOutput[] = [];
    try {
      for (const [i, output] of staged.entries()) outputs.push(this.#publishLocal(to, output, ours[i] as boolean));
      return outputs;
    } catch (error) {
      this.#keepAsOurs(to, outputs);
      throw error;
    }
  }

  // Some outputs of an item are out and the next was refused: no row will claim them, yet they are ours to replace.
  #keepAsOurs(to: Publishing, published: readonly StoredOutput[]): void {
    if (published.length === 0) return;
    this.#state.transaction(() => {
      for (const [key, , , , kind] of published) {
        const url = claimUrl(to.place, key, kind);
        this.#state.claims.put(url, to.line.id, to.key);
        this.#state.claims.markStale(url, to.line.id);
      }
    });
  }

  #publishLocal(to: Publishing, output: Staged, ours: boolean): StoredOutput {
    const target = to.store.localPath(output.key) as string;
    const allowed = ours || to.overwrite;
    const how = { ours: allowed, place: to.place, key: output.key };
    switch (output.kind) {
      case 'file':
        if (!allowed && output.replaces !== undefined) return replaceFile(output, output.replaces, target, how);
        return [output.key, output.size, publishFile(output, target, how), output.digest, 'file'];
      case 'folder':
        return [output.key, output.size, publishFolder(output, target, how), output.digest, 'folder'];
      default:
        // `bytes` and `copy` are how outputs travel to remote places only.
        throw fail('bug', { message: `an output of kind ${output.kind} reached a local place` });
    }
  }

  async #publishRemote(to: Publishing, staged: readonly Staged[], ours: readonly boolean[]): Promise<StoredOutput[]> {
    const outputs: StoredOutput[] = [];
    try {
      for (const [i, output] of staged.entries()) {
        const allowed = (ours[i] as boolean) || to.overwrite;
        outputs.push(
          output.kind === 'copy'
            ? await publishCopy(to, output, allowed, this.#openStore)
            : await publishRemote(to, output, allowed, this.#folderFiles(to)),
        );
      }
      return outputs;
    } catch (error) {
      this.#keepAsOurs(to, outputs);
      throw error;
    }
  }

  // A remote folder is published file by file, so each file has a claim of its own besides the folder's.
  #folderFiles(to: Publishing): FolderFiles {
    const before = new Set<string>();
    const own = (key: string): boolean => {
      const claim = this.#state.claims.find(claimUrl(to.place, key, 'file'));
      return to.inherited || to.overwrite || (claim !== undefined && claim.line === to.line.id && claim.key === to.key);
    };
    return {
      isOwn: own,
      wasOwn: (key) => before.has(key),
      claim: (keys) => {
        for (const key of keys) if (own(key)) before.add(key);
        this.#state.transaction(() => {
          for (const key of keys) this.#state.claims.put(claimUrl(to.place, key, 'file'), to.line.id, to.key);
        });
      },
      drop: (keys) => {
        this.#state.transaction(() => {
          for (const key of keys) this.#state.claims.drop(claimUrl(to.place, key, 'file'));
        });
      },
    };
  }

  /** Refuses what another line or item owns; returns whether we may replace what lies there. */
  #check(to: Publishing, output: Staged): boolean {
    const url = claimUrl(to.place, output.key, output.kind);
    // Two items of one group may write the same key before either is recorded.
    const pending = this.#committer.pendingClaim(url);
    if (pending !== undefined && (pending.line !== to.line.id || pending.key !== to.key)) {
      throw this.#collision(to, output, pending.url === url ? `item '${pending.key}' of this run` : pending.url);
    }
    const claim = this.#state.claims.find(url);
    // `work:` is ours whatever the state remembers of it.
    let ours = to.inherited || to.place.startsWith('work:');
    if (claim !== undefined) {
      if (claim.line === to.line.id && claim.key === to.key) ours = true;
      else if (claim.line !== to.line.id) {
        if (!claim.stale) throw this.#claimed(to, output, claim.line);
      } else if (!claim.stale && to.isConfirmed(claim.key)) throw this.#collision(to, output, `item '${claim.key}'`);
      else ours = true;
      // Folded alike, written differently: a disk that ignores case would make one file of two.
      if (claim.url !== url && !claim.stale) throw this.#collision(to, output, claim.url);
    }
    this.#committer.claim(url, to.line.id, to.key);
    return ours;
  }

  #collision(to: Publishing, output: Staged, other: string): Error {
    return fail('output.collision', { place: to.place, key: output.key, other });
  }

  #claimed(to: Publishing, output: Staged, line: number): Error {
    const owner = this.#state.lineById(line);
    return fail('output.claimed', {
      place: to.place,
      key: output.key,
      owner: owner === undefined ? `line ${line}` : describeLine(owner),
    });
  }
}
