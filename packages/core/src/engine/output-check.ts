import { SideThread } from '../lib/side-thread.ts';
import type { Entry } from '../model/driver.ts';
import type { Store } from '../model/store.ts';
import { isReleased, type StoredOutput } from '../state/rows.ts';
import type { FileDigests } from './file-digests.ts';
import { statPaths } from './stat-paths.ts';
import type { StatRequest } from './stat-worker.ts';
import { folderDigest } from './work/output-folder.ts';

/** What became of a row's outputs since they were recorded. */
export type OutputVerdict =
  | { readonly there: true; readonly adopted?: readonly StoredOutput[] }
  | { readonly there: false; readonly key: string; readonly what: 'missing' | 'changed' };

const allThere: OutputVerdict = { there: true };

/** Asks in bulk whether recorded outputs still lie in their place, unchanged. */
export class OutputChecker {
  readonly #store: Store;
  readonly #digests: FileDigests;
  readonly #statter: Statter;
  /** `--verify`: bytes are read even where size and version agree. */
  readonly #verify: boolean;
  /** One listing for the whole map, whoever asks first. */
  #inventory: Promise<Map<string, Entry>> | undefined;

  constructor(options: {
    readonly store: Store;
    readonly digests: FileDigests;
    readonly statter: Statter;
    readonly verify: boolean;
  }) {
    this.#store = options.store;
    this.#digests = options.digests;
    this.#statter = options.statter;
    this.#verify = options.verify;
  }

  /** One verdict for each row's outputs, in order. `few` says that no more than these will be asked. */
  async check(rows: readonly (readonly StoredOutput[])[], few: boolean): Promise<OutputVerdict[]> {
    const local = this.#store.localPath('x') !== undefined;
    return local ? this.#checkLocal(rows) : this.#checkRemote(rows, few);
  }

  async #checkLocal(rows: readonly (readonly StoredOutput[])[]): Promise<OutputVerdict[]> {
    // Flat, in the order of rows and outputs: the answers are walked along with `at`.
    const paths: string[] = [];
    for (const outputs of rows) {
      for (const output of outputs) if (!isReleased(output[4])) paths.push(this.#store.localPath(output[0]) as string);
    }
    const stats = await this.#statter.stat(paths);
    let at = 0;
    const verdicts: OutputVerdict[] = [];
    for (const outputs of rows) {
      let verdict = allThere;
      let adopted: StoredOutput[] | undefined;
      for (const [i, output] of outputs.entries()) {
        if (isReleased(output[4])) continue;
        const size = stats[at * 2] as number;
        const version = String(stats[at * 2 + 1]);
        const path = paths[at++] as string;
        if (!verdict.there) continue;
        const isFolder = output[4] === 'folder';
        if (isFolder ? size !== -2 : size < 0) verdict = { there: false, key: output[0], what: 'missing' };
        else if (!isFolder && size !== output[1]) verdict = { there: false, key: output[0], what: 'changed' };
        else if (version !== output[2] || this.#verify) {
          // Touched, copied back or restored: the bytes decide, and the new version is adopted.
          const digest = isFolder ? this.#digests.ofFolder(path) : await this.#digests.ofFile(path);
          if (digest !== output[3]) verdict = { there: false, key: output[0], what: 'changed' };
          else (adopted ??= [...outputs])[i] = [output[0], output[1], version, output[3], output[4]];
        }
      }
      verdicts.push(verdict.there && adopted !== undefined ? { there: true, adopted } : verdict);
    }
    return verdicts;
  }

  async #checkRemote(rows: readonly (readonly StoredOutput[])[], few: boolean): Promise<OutputVerdict[]> {
    const find = await this.#finder(rows, few);
    const verdicts: OutputVerdict[] = [];
    for (const outputs of rows) verdicts.push(await this.#remoteVerdict(outputs, find));
    return verdicts;
  }

  async #remoteVerdict(outputs: readonly StoredOutput[], find: Finder): Promise<OutputVerdict> {
    let adopted: StoredOutput[] | undefined;
    for (const [i, output] of outputs.entries()) {
      const [key, size, version, digest, kind] = output;
      if (isReleased(kind)) continue;
      if (kind === 'folder') {
        // Remote folders have no version: their bytes in sum decide, and with `--verify` each file's digest.
        const bytes = await find.folderBytes(key);
        if (bytes !== size) return { there: false, key, what: bytes === undefined ? 'missing' : 'changed' };
        if (this.#verify && (await this.#folderDigest(key)) !== digest) return { there: false, key, what: 'changed' };
        continue;
      }
      const entry = await find.file(key);
      if (entry === undefined) return { there: false, key, what: 'missing' };
      if (entry.size !== size) return { there: false, key, what: 'changed' };
      const known = entry.version !== undefined && entry.version === version;
      if ((known || entry.version === undefined) && !this.#verify) continue;
      const found = this.#verify ? await this.#store.digest(key) : (entry.digest ?? (await this.#store.digest(key)));
      if (found !== digest) return { there: false, key, what: 'changed' };
      (adopted ??= [...outputs])[i] = [key, size, entry.version ?? '', digest, kind];
    }
    return adopted === undefined ? allThere : { there: true, adopted };
  }

  // The same digest that sealing the folder made, from what the store says of each file.
  async #folderDigest(key: string): Promise<string> {
    const names = [...(await this.inventory()).keys()].filter((name) => name.startsWith(`${key}/`)).sort();
    const files: (readonly [string, number, string])[] = [];
    for (const name of names) {
      const { size } = (await this.inventory()).get(name) as Entry;
      files.push([name.slice(key.length + 1), size, await this.#store.digest(name)]);
    }
    return folderDigest(files);
  }

  // One inventory of the place costs fewer requests than asking for more than a few keys.
  async #finder(rows: readonly (readonly StoredOutput[])[], few: boolean): Promise<Finder> {
    const keys = rows.reduce((sum, outputs) => sum + outputs.length, 0);
    const folders = rows.some((outputs) => outputs.some((output) => output[4] === 'folder'));
    if ((few && keys <= 8 && !folders && this.#inventory === undefined) || !this.#store.can.list) {
      return { file: (key) => this.#store.stat(key), folderBytes: () => Promise.resolve(undefined) };
    }
    const inventory = await this.inventory();
    return {
      file: (key) => Promise.resolve(inventory.get(key)),
      folderBytes(key) {
        let bytes: number | undefined;
        for (const [name, entry] of inventory) if (name.startsWith(`${key}/`)) bytes = (bytes ?? 0) + entry.size;
        return Promise.resolve(bytes);
      },
    };
  }

  /** Everything in the place, listed once per map. */
  inventory(): Promise<Map<string, Entry>> {
    this.#inventory ??= listAll(this.#store);
    return this.#inventory;
  }
}

interface Finder {
  file(key: string): Promise<Entry | undefined>;
  folderBytes(key: string): Promise<number | undefined>;
}

async function listAll(store: Store): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const page of store.list()) for (const entry of page) entries.set(entry.key, entry);
  return entries;
}

// Below this many paths the hop to a thread costs more than the stats.
const inlineStats = 64;

/** Stats paths in one thread beside the planner, started when first needed. */
export class Statter {
  readonly #thread = new SideThread<StatRequest, Float64Array>('engine/stat-worker');

  stat(paths: readonly string[]): Promise<Float64Array> | Float64Array {
    return paths.length <= inlineStats ? statPaths(paths) : this.#thread.ask(paths);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
