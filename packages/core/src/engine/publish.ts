import { rmSync } from 'node:fs';
import { fail } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { OpenStore } from '../model/store.ts';
import type { StoredOutput } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import type { FileWriter, WriteJob, WrittenVersions } from './file-writer.ts';
import { publishCopy, sameThere } from './publish-copy.ts';
import { publishFile, publishFolder, replaceFile, storedFile } from './publish-local.ts';
import { type FolderFiles, publishRemote } from './publish-remote.ts';
import { claimUrl, type Publishing } from './publishing.ts';
import { Ownership, type Standing } from './ownership.ts';
import { diskFailure } from './work/disk-failure.ts';
import { stageHeld } from './work/stage-file.ts';
import type { Staged, StagedHeld } from './work/staged.ts';

/**
 * Makes staged outputs visible, each atomically, never over a file that is not ours.
 *
 * A file nobody recorded is adopted when it is byte-identical and refused (`output.foreign`) otherwise; a key
 * of another line is `output.claimed`; keys that some disks would merge are `output.collision`.
 */
export class Publisher {
  readonly #state: State;
  readonly #committer: Committer;
  readonly #ownership: Ownership;
  readonly #openStore: OpenStore;
  readonly #writer: FileWriter;

  constructor(state: State, committer: Committer, openStore: OpenStore, writer: FileWriter) {
    this.#state = state;
    this.#committer = committer;
    this.#ownership = new Ownership(state, committer);
    this.#openStore = openStore;
    this.#writer = writer;
  }

  /** Synchronous for places on a local disk, unless small files of many items are written beside this thread. */
  publish(to: Publishing, staged: readonly Staged[]): StoredOutput[] | Promise<StoredOutput[]> {
    const refuse = (error: unknown): never => {
      const urls = staged.map(({ key, kind }) => claimUrl(to.place, key, kind));
      this.#committer.unclaim(urls, to.line.id, to.key);
      throw error;
    };
    try {
      const published = this.#publish(to, staged);
      return Array.isArray(published) ? published : published.catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  #publish(to: Publishing, staged: readonly Staged[]): StoredOutput[] | Promise<StoredOutput[]> {
    // All are checked before the first is published: an item that may not write one of its files writes none.
    const standings = this.#ownership.check(to, staged);
    if (standings.includes('owned')) return this.#besideOwned(to, staged, standings);
    const ours = standings.map((standing) => standing === 'ours');
    if (to.store.localPath('x') === undefined) return this.#publishRemote(to, staged, ours);
    const writing = this.#write(to, staged, ours);
    if (writing !== undefined) return writing.then((versions) => this.#publishAll(to, staged, ours, versions));
    return this.#publishAll(to, staged, ours);
  }

  /** `versions`: of what is published already. */
  #publishAll(
    to: Publishing,
    staged: readonly Staged[],
    ours: readonly boolean[],
    versions: WrittenVersions = [],
  ): StoredOutput[] {
    const written = staged.map((output, i) => {
      const version = versions[i];
      return version === undefined || output.kind !== 'held' ? undefined : storedFile(output, version);
    });
    try {
      for (const [i, output] of staged.entries()) written[i] ??= this.#publishLocal(to, output, ours[i] as boolean);
      return written as StoredOutput[];
    } catch (error) {
      this.#keepAsOurs(
        to,
        written.filter((output) => output !== undefined),
      );
      throw error;
    }
  }

  /** The versions of an item's held files, in the places of its outputs; undefined where the writer takes none. */
  #write(to: Publishing, staged: readonly Staged[], ours: readonly boolean[]): Promise<WrittenVersions> | undefined {
    const places: number[] = [];
    const jobs: WriteJob[] = [];
    for (const [i, output] of staged.entries()) {
      const allowed = (ours[i] as boolean) || mayReplace(to, output);
      // One that replaces a file as it was seen is looked at first.
      if (output.kind !== 'held' || (!allowed && output.replaces !== undefined)) continue;
      places.push(i);
      const target = to.store.localPath(output.key) as string;
      jobs.push({ bytes: output.bytes, staged: output.path, target, ours: allowed });
    }
    const writing = jobs.length === 0 ? undefined : this.#writer.write(jobs);
    return writing?.then((found) => {
      const versions: (string | undefined)[] = staged.map(() => undefined);
      for (const [job, i] of places.entries()) {
        versions[i] = found[job];
        // Half a file may lie there.
        if (found[job] === undefined) rmSync((jobs[job] as WriteJob).staged, { force: true });
      }
      return versions;
    });
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
    const published = rest.length === 0 ? [] : await this.#publish(to, rest);
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
      case 'held':
        return this.#publishLocal(to, this.#stage(to, output), ours);
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

  #stage(to: Publishing, output: StagedHeld): Staged {
    try {
      return stageHeld(output);
    } catch (error) {
      throw diskFailure(error, joinPlace(to.place, output.key));
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
