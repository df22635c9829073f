import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { collect } from '../../lib/collect.ts';
import { type Digest, Hasher, shortDigest } from '../../lib/digest.ts';
import type { ByteRange } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { type FileRef, type FolderRef, refUrl } from '../../model/file-ref.ts';
import type { FetchedResponse, FetchInit, Output, Tools } from '../../model/step.ts';
import type { OpenStore, Store } from '../../model/store.ts';
import { refuseShort } from '../../storage/verified-stream.ts';
import { lendMemory, takeBackMemory } from './lent-memory.ts';
import { readWhole } from './read-whole.ts';
import { hashFile, stageFile } from './stage-file.ts';

/** What a thread that runs `work` needs of its surroundings; the same in every executor. */
export interface WorkDeps {
  readonly openStore: OpenStore;
  /** Values of a step's declared secrets, read where the work runs. */
  readonly secrets: (names: readonly string[]) => Promise<{ readonly [name: string]: string }>;
  readonly fetch: (url: string, init?: FetchInit) => Promise<FetchedResponse>;
  /** `.runner/work/.scratch`. */
  readonly scratchDir: string;
  /** `.runner/work/.spool`. */
  readonly spoolDir: string;
  /** This process's folder name under every `.runner-staging/`. */
  readonly stagingName: string;
  readonly statePath: string;
  readonly redact: (text: string) => string;
}

export interface ItemHooks {
  readonly log: (message: string) => void;
  readonly progress: (done: number, total?: number) => void;
}

/** The tools of one item. */
export class ItemTools implements Tools {
  readonly key: string;
  readonly uses: unknown;
  readonly opened: unknown;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Digests of inputs that had none, found while reading them; recorded with the row. */
  sources: Record<string, string> | undefined;
  /** The item asked for scratch space, which is to be removed with its success. */
  scratched = false;
  readonly #deps: WorkDeps;
  readonly #hooks: ItemHooks;
  readonly #line: string;
  readonly #secrets: { readonly [name: string]: string };
  readonly #doneKeys: ReadonlySet<string> | undefined;
  readonly #lent: Buffer[] = [];

  constructor(options: {
    key: string;
    uses: unknown;
    opened: unknown;
    output: Output;
    signal: AbortSignal;
    deps: WorkDeps;
    hooks: ItemHooks;
    line: string;
    secrets: { readonly [name: string]: string };
    doneKeys: ReadonlySet<string> | undefined;
  }) {
    this.key = options.key;
    this.uses = options.uses;
    this.opened = options.opened;
    this.output = options.output;
    this.signal = options.signal;
    this.#deps = options.deps;
    this.#hooks = options.hooks;
    this.#line = options.line;
    this.#secrets = options.secrets;
    this.#doneKeys = options.doneKeys;
  }

  // Own functions that know their item, not methods: authors take tools apart, spread them and pass them on.
  readonly read: Tools['read'] = (ref, range) => this.#read(ref, range);
  readonly bytes: Tools['bytes'] = (ref, options) => this.#bytes(ref, options);
  readonly localPath: Tools['localPath'] = (ref) => this.#localPath(ref);
  readonly remove: Tools['remove'] = (files) => this.#remove(files);
  readonly scratch: Tools['scratch'] = (name) => this.#scratch(name);
  readonly secret: Tools['secret'] = (name) => this.#secret(name);
  readonly fetch: Tools['fetch'] = (url, init = {}) => this.#deps.fetch(url, { signal: this.signal, ...init });
  readonly log: Tools['log'] = (message) => this.#hooks.log(this.#deps.redact(String(message)));
  readonly progress: Tools['progress'] = (done, total) => this.#hooks.progress(done, total);
  readonly done: Tools['done'] = (key) => this.#doneKeys?.has(key) ?? false;

  async #read(ref: FileRef, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    // A range cannot be checked against the digest of the whole: who reads ranges takes them as they come.
    const store = await this.#deps.openStore(ref.store);
    const bytes = await store.read(ref.key, { signal: this.signal, ...(range === undefined ? {} : { range }) });
    return range === undefined ? this.#verified(ref, bytes, store) : bytes;
  }

  async #bytes(ref: FileRef, { lent = false }: { readonly lent?: boolean } = {}): Promise<Uint8Array> {
    const path = (await this.#deps.openStore(ref.store)).localPath(ref.key);
    const memory = lent ? this.#lend : (sizeBytes: number) => Buffer.allocUnsafeSlow(sizeBytes);
    const whole = path === undefined ? undefined : await readWhole(path, ref.size, { memory, signal: this.signal });
    if (whole === undefined) return collect(await this.#read(ref), ref.size);
    this.#judge(ref, whole.digest);
    return whole.bytes;
  }

  readonly #lend = (sizeBytes: number): Buffer => {
    const memory = lendMemory(sizeBytes);
    this.#lent.push(memory);
    return memory;
  };

  /** The item is over, and nothing of it is at work any more. */
  close(): void {
    for (const memory of this.#lent.splice(0)) takeBackMemory(memory);
  }

  async #localPath(ref: FileRef | FolderRef): Promise<string> {
    const store = await this.#deps.openStore(ref.store);
    const local = store.localPath(ref.key);
    if (local !== undefined) {
      if (ref.$type === 'file' && ref.digest === undefined) this.remember(ref, hashFile(local));
      return local;
    }
    return ref.$type === 'file'
      ? this.#fetchFile(ref, await this.#scratch(`ref-${shortDigest(refUrl(ref))}`))
      : this.#fetchFolder(ref);
  }

  async #remove(files: readonly FileRef[]): Promise<void> {
    for (const [place, there] of Map.groupBy(files, (file) => file.store)) {
      const store = await this.#deps.openStore(place);
      const keys = there.map(({ key }) => key);
      await store.remove(keys, { signal: this.signal });
    }
  }

  async #scratch(name: string): Promise<string> {
    // One folder per item: it outlives a crash under the same name, and is removed whole when the item is done.
    const dir = scratchDirOf(this.#deps.scratchDir, this.#line, this.key);
    mkdirSync(dir, { recursive: true });
    this.scratched = true;
    return join(dir, name.replaceAll(/[^\w.-]/g, '_'));
  }

  #secret(name: string): string {
    // `hasOwn`: a step that asks for `toString` must not get one.
    const value = Object.hasOwn(this.#secrets, name) ? this.#secrets[name] : undefined;
    if (value !== undefined) return value;
    throw fail('step.undeclared', {
      name,
      what: `asks for the secret '${name}' without declaring it in its \`secrets\``,
    });
  }

  /** Records the digest of an input that had none. */
  remember(ref: FileRef, digest: string): void {
    (this.sources ??= {})[refUrl(ref)] = digest;
  }

  async *#verified(ref: FileRef, bytes: AsyncIterable<Uint8Array>, from: Store): AsyncIterable<Uint8Array> {
    const hasher = new Hasher();
    for await (const piece of bytes) {
      hasher.update(piece);
      yield piece;
    }
    await refuseShort(from, ref, hasher.sizeBytes);
    this.#judge(ref, hasher.digest());
  }

  // A file whose digest is known must have it; one whose digest is not gets it recorded, for the next plan.
  #judge(ref: FileRef, found: Digest): void {
    if (ref.digest === undefined) this.remember(ref, found);
    else if (ref.digest.startsWith('sha256:') && ref.digest !== found) {
      throw fail('store.corrupt', { url: refUrl(ref), expected: ref.digest, found });
    }
  }

  async #fetchFile(ref: FileRef, path: string): Promise<string> {
    const { rmSync } = await import('node:fs');
    rmSync(path, { force: true });
    await stageFile(ref.key, await this.#read(ref), path);
    return path;
  }

  async #fetchFolder(ref: FolderRef): Promise<string> {
    const store = await this.#deps.openStore(ref.store);
    const dir = await this.#scratch(`ref-${shortDigest(refUrl(ref))}`);
    for await (const page of store.list(`${ref.key}/`, { signal: this.signal })) {
      for (const entry of page) {
        const path = join(dir, entry.key.slice(ref.key.length + 1));
        mkdirSync(join(path, '..'), { recursive: true });
        await this.#fetchFile({ $type: 'file', store: ref.store, key: entry.key, size: entry.size }, path);
      }
    }
    return dir;
  }
}

/** Where an item keeps what must outlive a crash. */
export function scratchDirOf(scratchDir: string, line: string, key: string): string {
  return join(scratchDir, shortDigest(`${line}\n${key}`));
}

/** The folders under `work:` that are the engine's own. */
export function scratchLayout(workDir: string): { readonly scratchDir: string; readonly spoolDir: string } {
  return { scratchDir: join(workDir, '.scratch'), spoolDir: join(workDir, '.spool') };
}
