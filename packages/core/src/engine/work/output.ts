import { closeSync, constants, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type Digest, isSha256, sha256 } from '../../lib/digest.ts';
import type { Bytes } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { type FileRef, type FolderRef, joinPlace } from '../../model/file-ref.ts';
import type { CopyOptions, Output, OutputFolder } from '../../model/step.ts';
import type { OpenStore } from '../../model/store.ts';
import { toFailure } from '../../storage/trouble.ts';
import { changedWhileRead, refuseShort, verifiedStream } from '../../storage/verified-stream.ts';
import { diskFailure, roomCodes } from './disk-failure.ts';
import { StagingFolder } from './output-folder.ts';
import { sharedRoot } from './shared-root.ts';
import { gatherSmall, hashFile, hashStaged, stageFile } from './stage-file.ts';
import type { Staged, StagedBytes, StagedFile, StagedHeld } from './staged.ts';
import type { Staging } from './staging.ts';

const digestOfNothing = sha256('');

// Outputs up to this size stay in memory on their way to a remote store; larger ones are spooled to disk.
const keptInMemoryBytes = 4 * 1024 * 1024;
// And so many of one item together.
const heldInMemoryBytes = 64 * 1024 * 1024;
// What a local place gets written by who publishes it: a longer file costs more to carry than to write.
const smallBytes = 64 * 1024;
const heldSmallBytes = 4 * 1024 * 1024;

/** Collects one item's outputs. */
export class ItemOutput implements Output {
  readonly staged: Staged[] = [];
  readonly #staging: Staging | undefined;
  readonly #openStore: OpenStore;
  readonly #step: string;
  /** Paths given out by `path` and not yet told written, by key. */
  readonly #pending = new Map<string, string>();
  /** Of folders not closed yet. */
  readonly #open = new Set<string>();
  /** Of `staged`, in memory. */
  #heldBytes = 0;
  #holdsSmall = true;
  /** Told the digest of a copied input that had none: a later touch of it then changes nothing. */
  readonly #onSource: ((ref: FileRef, digest: Digest) => void) | undefined;
  /** False: no row will need the digest of a copy before it is published. */
  readonly #recorded: boolean;

  constructor(
    staging: Staging | undefined,
    openStore: OpenStore,
    step: string,
    onSource?: (ref: FileRef, digest: Digest) => void,
    options: { readonly recorded: boolean } = { recorded: true },
  ) {
    this.#onSource = onSource;
    this.#recorded = options.recorded;
    this.#staging = staging;
    this.#openStore = openStore;
    this.#step = step;
  }

  async write(key: string, bytes: Bytes | string, options: { readonly verify?: 'read' } = {}): Promise<FileRef> {
    const staging = this.#place();
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (whole instanceof Uint8Array && this.#mayHold(staging, whole.length)) {
      // A copy: the caller may reuse its buffer before we publish.
      return this.#add({ ...inMemory(key, new Uint8Array(whole)), ...options });
    }
    if (whole instanceof Uint8Array && this.#mayHoldSmall(staging, whole.length)) {
      const own = typeof bytes === 'string' ? whole : new Uint8Array(whole);
      return this.#add({ ...this.#small(key, own), ...options });
    }
    if (whole instanceof Uint8Array && whole.length === 0) {
      // Sets have many (labels of pictures without objects), and a file without bytes needs no staging to appear whole.
      const path = staging.path();
      return this.#add({ kind: 'file', key, size: 0, digest: digestOfNothing, path, version: '', isEmpty: true });
    }
    return this.#add({ ...(await this.#stage(key, whole)), ...options });
  }

  async #stage(key: string, bytes: Bytes, known?: Digest | 'unasked'): Promise<StagedFile> {
    const path = this.#place().path();
    return this.#onDisk(key, () => stageFile(key, bytes, path, known));
  }

  #stageCopy(key: string, source: string, ref: FileRef, staging: Staging): StagedFile {
    const { digest, ...staged } = stageCopy(key, source, ref, staging);
    return !this.#recorded && digest === undefined ? staged : { ...staged, digest: digest ?? hashFile(staged.path) };
  }

  #tellSource(ref: FileRef, digest: Digest | undefined): void {
    if (ref.digest === undefined && digest !== undefined) this.#onSource?.(ref, digest);
  }

  async #onDisk<R>(key: string, write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      // A caller's own stream may lack rights; a lack of room can only be our disk's.
      throw diskFailure(error, joinPlace(this.#place().place, key), roomCodes);
    }
  }

  async copy(key: string, ref: FileRef, { replaces }: CopyOptions = {}): Promise<FileRef> {
    const staging = this.#place();
    const from = await this.#openStore(ref.store);
    const more = replaces === undefined ? {} : { replaces };
    // Nothing is staged: the bytes travel once, while they are published.
    if (!staging.onPlace && (!this.#recorded || (isSha256(ref.digest) && sharedRoot(ref.store, staging.place)))) {
      return this.#add({ kind: 'copy', key, size: ref.size, from: ref, ...digestOf(ref), ...more });
    }
    const source = from.localPath(ref.key);
    if (source !== undefined) {
      const staged =
        (replaces === undefined || replaces === 'any') && this.#mayHold(staging, ref.size)
          ? // Read once: a copy in the spool would be written, hashed, read and removed again.
            {
              ...inMemory(
                key,
                reading(ref, () => readFileSync(source)),
              ),
              ...(replaces === undefined ? {} : { replaces }),
            }
          : { ...(await this.#onDisk(key, async () => this.#stageCopy(key, source, ref, staging))), ...more };
      this.#tellSource(ref, staged.digest);
      return this.#add(staged);
    }
    const bytes = verifiedStream(await from.read(ref.key), ref);
    if (!staging.onPlace) {
      const written = await this.write(key, bytes);
      await refuseShort(from, ref, written.size);
      this.#tellSource(ref, written.digest);
      return written;
    }
    const known = isSha256(ref.digest) ? ref.digest : this.#recorded ? undefined : 'unasked';
    const body = this.#mayHoldSmall(staging, ref.size) ? await gatherSmall(bytes, smallBytes) : bytes;
    const staged = body instanceof Uint8Array ? this.#small(key, body, known) : await this.#stage(key, body, known);
    await refuseShort(from, ref, staged.size);
    this.#tellSource(ref, staged.digest);
    return this.#add({ ...staged, ...more });
  }

  async folder(key: string): Promise<OutputFolder> {
    const path = this.#place().path();
    mkdirSync(path);
    // Made in staging: a local place gets it by one rename, and nobody ever sees half of it.
    const folder = new StagingFolder(path);
    this.#open.add(path);
    return {
      get path() {
        return folder.path;
      },
      write: (name, bytes) => this.#onDisk(`${key}/${name}`, () => folder.write(name, bytes)),
      close: async () => {
        const staged = folder.seal(key);
        this.#open.delete(path);
        this.staged.push(staged);
        const { count, size, digest } = staged;
        return { $type: 'folder', store: this.#place().place, key, count, size, digest } satisfies FolderRef;
      },
    };
  }

  async path(key: string): Promise<string> {
    const path = this.#pending.get(key) ?? this.#place().path();
    this.#pending.set(key, path);
    return path;
  }

  async wrote(key: string): Promise<FileRef> {
    const path = this.#pending.get(key);
    if (path === undefined) throw fail('output.missing', { place: this.#place().place, key });
    this.#pending.delete(key);
    try {
      return this.#add(hashStaged(key, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw fail('output.missing', { place: this.#place().place, key });
    }
  }

  /** Removes what was staged; for items that failed. */
  discard(): void {
    for (const staged of this.staged) if ('path' in staged) rmSync(staged.path, { recursive: true, force: true });
    for (const path of [...this.#pending.values(), ...this.#open]) rmSync(path, { recursive: true, force: true });
    this.staged.length = 0;
  }

  /** Takes the outputs staged so far; a generator's next yield starts anew. */
  take(): Staged[] {
    this.#heldBytes = 0;
    return this.staged.splice(0);
  }

  /** Everything goes to disk at once from now on: the rows of a generator are recorded one after the other. */
  holdNothing(): void {
    this.#holdsSmall = false;
  }

  #mayHoldSmall(staging: Staging, sizeBytes: number): boolean {
    return (
      this.#holdsSmall && staging.holdsSmall && sizeBytes <= smallBytes && this.#heldBytes + sizeBytes <= heldSmallBytes
    );
  }

  #small(key: string, bytes: Uint8Array, known?: Digest | 'unasked'): StagedHeld {
    const digest = known === 'unasked' ? {} : { digest: known ?? sha256(bytes) };
    return { kind: 'held', key, size: bytes.length, ...digest, bytes, path: this.#place().path() };
  }

  #mayHold(staging: Staging, sizeBytes: number): boolean {
    return !staging.onPlace && sizeBytes <= keptInMemoryBytes && this.#heldBytes + sizeBytes <= heldInMemoryBytes;
  }

  #place(): Staging {
    if (this.#staging === undefined) {
      throw fail('step.undeclared', { name: this.#step, what: 'writes outputs, but its map has no `into`' });
    }
    return this.#staging;
  }

  #add(staged: Exclude<Staged, { kind: 'folder' }>): FileRef {
    this.staged.push(staged);
    if ('bytes' in staged) this.#heldBytes += staged.size;
    return { $type: 'file', store: this.#place().place, key: staged.key, size: staged.size, ...digestOf(staged) };
  }
}

function inMemory(key: string, bytes: Uint8Array): StagedBytes {
  return { kind: 'bytes', key, size: bytes.length, digest: sha256(bytes), bytes };
}

function digestOf({ digest }: { readonly digest?: Digest }): { readonly digest?: Digest } {
  return digest === undefined ? {} : { digest };
}

// Our own disposable bytes (`work:`) are linked when they are published; anything a person might edit is copied.
function stageCopy(key: string, source: string, ref: FileRef, staging: Staging): StagedFile {
  const path = staging.path();
  if (staging.onPlace && ref.store.startsWith('work:') && ref.digest !== undefined) {
    const { size, mtimeMs, dev } = statSync(source);
    if (dev === staging.device())
      return { kind: 'file', key, size, digest: ref.digest, path, version: String(mtimeMs), lent: source };
  }
  // A short file is copied before anybody can do much to it.
  const before = ref.size > 256 * 1024 ? statSync(source, { throwIfNoEntry: false }) : undefined;
  try {
    copyFileSync(source, path, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    // One error tells of both ends; opening the source alone tells whether it is the cause.
    reading(ref, () => closeSync(openSync(source, 'r')));
    rmSync(path, { force: true });
    throw error;
  }
  const after = before === undefined ? undefined : statSync(source, { throwIfNoEntry: false });
  if (after?.size === before?.size && after?.mtimeMs !== before?.mtimeMs) {
    rmSync(path, { force: true });
    throw changedWhileRead(joinPlace(ref.store, ref.key));
  }
  const { size, mtimeMs } = statSync(path);
  return { kind: 'file', key, size, path, version: String(mtimeMs) };
}

function reading<R>(ref: FileRef, read: () => R): R {
  try {
    return read();
  } catch (error) {
    throw toFailure(error, { url: joinPlace(ref.store, ref.key), what: 'read' });
  }
}
