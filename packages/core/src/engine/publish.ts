import { rmSync } from 'node:fs';
import { fail } from '../model/failure.ts';
import type { OpenStore } from '../model/store.ts';
import type { StoredOutput } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import { publishCopy, sameThere } from './publish-copy.ts';
import { publishFile, publishFolder, replaceFile, storedFile } from './publish-local.ts';
import { type FolderFiles, publishRemote } from './publish-remote.ts';
import { claimUrl, type Publishing } from './publishing.ts';
import { Ownership, type Standing } from './ownership.ts';
import type { Staged } from './work/staged.ts';

/**
 * Makes staged outputs visible, each atomically, never over a file that is not ours.
 *
 * A file nobody recorded is adopted when it is byte-identical and refused (`output.foreign`) otherwise; a key
 * of another line is `output.claimed`; keys that some disks would merge are `output.collision`.
 */
export class Publisher {
  readonly #state: State;
  readonly #ownership: Ownership;
  readonly #openStore: OpenStore;

  constructor(state: State, committer: Committer, openStore: OpenStore) {
    this.#state = state;
    this.#ownership = new Ownership(state, committer);
    this.#openStore = openStore;
  }

  /** Synchronous for places on a local disk, where a promise per file would cost as much as the rename. */
  publish(to: Publishing, staged: readonly Staged[]): StoredOutput[] | Promise<StoredOutput[]> {
    // All are checked before the first is published: an item that may not write one of its files writes none.
    const standings = this.#ownership.check(to, staged);
    if (standings.includes('owned')) return this.#besideOwned(to, staged, standings);
    const ours = standings.map((standing) => standing === 'ours');
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

  // A copy of what another line has made changes nothing there where it has the same bytes, and is refused otherwise.
  async #besideOwned(
    to: Publishing,
    staged: readonly Staged[],
    standings: readonly Standing[],
  ): Promise<StoredOutput[]> {
    const owned = new Map<string, StoredOutput>();
    for (const output of staged.filter((_, i) => standings[i] === 'owned')) {
      const same = output.kind === 'folder' ? undefined : await sameThere(to, output, this.#openStore);
      if (same === undefined) throw this.#ownership.claimed(to, output.key);
      if ('path' in output) rmSync(output.path, { force: true });
      owned.set(output.key, same);
    }
    const rest = staged.filter(({ key }) => !owned.has(key));
    const published = rest.length === 0 ? [] : await this.publish(to, rest);
    return [...owned.values(), ...published];
  }

  // Some outputs of an item are out and the next was refused: no row will claim them, yet they are ours to replace.
  #keepAsOurs(to: Publishing, published: readonly StoredOutput[]): void {
    if (published.length === 0) return;
    this.#state.transaction(() => {
      for (const [key, , , , kind] of published) {
        const url = claimUrl(to.place, key, kind);
        this.#state.claims.put(url, to.line.id, to.key);
        this.#state.claims.markStale(url, to.line.id, to.key);
      }
    });
  }

  #publishLocal(to: Publishing, output: Staged, ours: boolean): StoredOutput {
    const target = to.store.localPath(output.key) as string;
    const allowed = ours || mayReplace(to, output);
    const how = { ours: allowed, place: to.place, key: output.key };
    switch (output.kind) {
      case 'file':
        if (!allowed && typeof output.replaces === 'object') return replaceFile(output, output.replaces, target, how);
        return storedFile(output, publishFile(output, target, how));
      case 'folder':
        if (allowed) this.#refuseOthersWithin(to, output.key);
        return [output.key, output.size, publishFolder(output, target, how), output.digest, 'folder'];
      default:
        // `bytes` and `copy` are how outputs travel to remote places only.
        throw fail('bug', { message: `an output of kind ${output.kind} reached a local place` });
    }
  }

  // A folder that is replaced goes with all that lies in it: what somebody else has put there must not.
  #refuseOthersWithin(to: Publishing, folder: string): void {
    const url = claimUrl(to.place, folder, 'folder');
    for (const claim of this.#state.claims.under(url))
      if (claim.line !== to.line.id || (claim.key !== to.key && to.isConfirmed(claim.key)))
        throw this.#ownership.claimed(to, folder + claim.url.slice(url.length - 1), claim.line);
  }

  async #publishRemote(to: Publishing, staged: readonly Staged[], ours: readonly boolean[]): Promise<StoredOutput[]> {
    const outputs: StoredOutput[] = [];
    try {
      for (const [i, output] of staged.entries()) {
        const allowed = (ours[i] as boolean) || mayReplace(to, output);
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
      const isLive = claim !== undefined && !claim.stale;
      if (isLive && (claim.line !== to.line.id || (claim.key !== to.key && to.isConfirmed(claim.key))))
        throw this.#ownership.claimed(to, key, claim.line);
      return to.inherited || to.overwrite || claim?.line === to.line.id;
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
}

/** Whatever lies at the output's key. */
function mayReplace(to: Publishing, output: Staged): boolean {
  return to.overwrite || (output.kind !== 'folder' && output.replaces === 'any');
}
