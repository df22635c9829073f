import { kitFailures } from '../failures.ts';
import type { ArchiveFormat, ArchiveOptions, ArchiveReport } from './archive.ts';
import { defaultLimits, type ArchiveLimits } from './limits.ts';
import { folded, isJunk, plainName, reservedName, shown, unsafeName } from './names.ts';

/** What an archive's directory says about one entry, before anything is believed. */
export interface Candidate {
  /** Decoded, otherwise as it stands in the archive; undefined when its bytes are not valid in their encoding. */
  readonly name: string | undefined;
  readonly kind:
    | 'file'
    | 'folder'
    | 'symbolic link'
    | 'hard link'
    | 'device'
    | 'fifo'
    | 'socket'
    | 'thing of unknown type';
  /** Bytes once unpacked. */
  readonly size: number;
  /** Bytes in the archive; undefined where they cannot be told apart (tar.gz). */
  readonly packedSize: number | undefined;
  /** POSIX mode; only the set-id bits are looked at, none is ever applied. */
  readonly mode: number;
}

/** A million odd names must not become a million lines. */
const maxWarnings = 100;

/**
 * The one place where entries of any format are let in or refused.
 *
 * Every entry of an archive passes before the first one is handed out. Memory: one folded name per entry and
 * per folder.
 */
export class Gate {
  readonly archive: string;
  readonly limits: ArchiveLimits;
  readonly #links: 'refuse' | 'leave-out';
  readonly #windows: boolean;
  /** Folded name to the name as shown in a failure. */
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  readonly #warnings: string[] = [];
  #warned = 0;
  /** Everything that asked for admission, folders and junk included. */
  #seen = 0;
  /** What was let in. */
  #entries = 0;
  #bytes = 0;
  /** Bytes of all files, junk included: it would be unpacked just as well. */
  #allBytes = 0;
  #junk = 0;
  #linkCount = 0;
  /** Folded folder of the latest entry. */
  #lastFolder = '';

  constructor(archive: string, options: ArchiveOptions) {
    this.archive = archive;
    this.limits = { ...defaultLimits, ...options.limits };
    this.#links = options.links ?? 'refuse';
    this.#windows = (options.platform ?? process.platform) === 'win32';
  }

  /** The key to hand the entry out under, or undefined for folders, junk and links that are left out. */
  admit(candidate: Candidate): string | undefined {
    this.#seen += 1;
    this.checkLimit('maxEntries', this.#seen);
    const key = this.#checkedName(candidate.name);
    const link = candidate.kind === 'symbolic link' || candidate.kind === 'hard link';
    if (link && this.#links === 'leave-out') {
      this.#linkCount += 1;
      return undefined;
    }
    if (candidate.kind !== 'file' && candidate.kind !== 'folder') {
      throw kitFailures['entry-kind']({ archive: this.archive, entry: shown(key), kind: candidate.kind });
    }
    const folder = candidate.kind === 'folder' || key.endsWith('/');
    const path = key.endsWith('/') ? key.slice(0, -1) : key;
    if (path !== '') this.#checkCollision(path, folder);
    if (folder) return undefined;
    // `.` is the folder itself, which no file can be.
    if (path === '') throw kitFailures['entry-name']({ archive: this.archive, entry: '.', why: 'has an empty name' });
    this.#allBytes += candidate.size;
    this.#checkSize(candidate, path);
    if (isJunk(path)) {
      this.#junk += 1;
      return undefined;
    }
    this.#checkPortable(path);
    if ((candidate.mode & 0o6000) !== 0) this.warn(`'${shown(path)}': its setuid and setgid bits are dropped`);
    this.#entries += 1;
    this.#bytes += candidate.size;
    return path;
  }

  /** The same checks for a file we pack ourselves; junk is no reason to drop what was asked for. */
  checkOwn(key: string, size: number): void {
    this.admit({ name: key, kind: 'file', size, packedSize: size, mode: 0 });
    if (key !== plainName(key) || key.endsWith('/')) {
      throw kitFailures['entry-name']({
        archive: this.archive,
        entry: shown(key),
        why: 'is not a plain relative path',
      });
    }
  }

  /** Refuses the archive when a number is beyond its limit. */
  checkLimit(limit: keyof ArchiveLimits, found: number, entry?: string): void {
    const allowed = this.limits[limit];
    if (found <= allowed) return;
    throw kitFailures['archive-limit']({
      archive: this.archive,
      limit,
      allowed,
      found: Math.floor(found),
      ...(entry === undefined ? {} : { entry: shown(entry) }),
    });
  }

  /** Refuses output that grew out of proportion to the packed bytes it came from. */
  checkRatio(bytes: number, packedBytes: number, entry?: string): void {
    if (bytes > this.limits.ratioFreeBytes) this.checkLimit('maxRatio', bytes / Math.max(packedBytes, 1), entry);
  }

  /** Notes something for people that is no reason to refuse. Escape names with `shown` first. */
  warn(text: string): void {
    this.#warned += 1;
    if (this.#warned <= maxWarnings) this.#warnings.push(text);
  }

  /** What was found; call it when the last entry has passed. */
  report(format: ArchiveFormat): ArchiveReport {
    const more = this.#warned - this.#warnings.length;
    return {
      format,
      entries: this.#entries,
      bytes: this.#bytes,
      junk: this.#junk,
      links: this.#linkCount,
      warnings: more > 0 ? [...this.#warnings, `and ${more} more`] : this.#warnings,
    };
  }

  #checkedName(name: string | undefined): string {
    if (name === undefined) {
      throw kitFailures['entry-name']({
        archive: this.archive,
        entry: `#${this.#seen}`,
        why: 'has a name that is not valid in its encoding',
      });
    }
    const why = unsafeName(name);
    if (why !== undefined) throw kitFailures['entry-name']({ archive: this.archive, entry: shown(name), why });
    this.#checkLength(name);
    return plainName(name);
  }

  #checkLength(name: string): void {
    // A string's UTF-8 form has at most three bytes a unit, so short names need no counting.
    if (name.length * 3 > this.limits.maxPathBytes) this.checkLimit('maxPathBytes', Buffer.byteLength(name), name);
    if (name.length * 3 <= this.limits.maxNameBytes && name.length <= this.limits.maxDepth) return;
    const parts = name.split('/');
    this.checkLimit('maxDepth', parts.length - 1, name);
    for (const part of parts) this.checkLimit('maxNameBytes', Buffer.byteLength(part), name);
  }

  /** Unpacked sizes as the archive announces them; readers hold entries to these. */
  #checkSize(candidate: Candidate, path: string): void {
    this.checkLimit('maxTotalBytes', this.#allBytes, path);
    if (candidate.packedSize !== undefined) this.checkRatio(candidate.size, candidate.packedSize, path);
  }

  /** Where the key could not be written here it is refused, where only elsewhere, it is a warning. */
  #checkPortable(path: string): void {
    const reserved = reservedName(path);
    if (reserved === undefined) return;
    if (this.#windows) throw kitFailures['entry-name']({ archive: this.archive, entry: shown(path), why: reserved });
    this.warn(`'${shown(path)}' ${reserved}`);
  }

  /** Folders may be named twice, files never, and no name may be both. */
  #checkCollision(path: string, isFolder: boolean): void {
    const fold = folded(path);
    this.#addParents(path, fold);
    const file = this.#files.get(fold);
    if (file !== undefined)
      throw this.#collision(path, file, isFolder ? 'are a file and a folder of one name' : sameness(path, file));
    if (isFolder) {
      this.#folders.set(fold, path);
      return;
    }
    const folder = this.#folders.get(fold);
    if (folder !== undefined) throw this.#collision(path, folder, 'are a file and a folder of one name');
    this.#files.set(fold, path);
  }

  /** Every folder on the way to an entry is a folder, whether the archive lists it or not. */
  #addParents(path: string, fold: string): void {
    // Neighbours mostly share their folder; the whole way up is walked once per change of folder.
    const end = fold.lastIndexOf('/');
    const folder = end === -1 ? '' : fold.slice(0, end);
    if (folder === this.#lastFolder) return;
    this.#lastFolder = folder;
    for (let at = end; at > 0; at = fold.lastIndexOf('/', at - 1)) {
      const parent = fold.slice(0, at);
      const file = this.#files.get(parent);
      if (file !== undefined) throw this.#collision(path, file, 'make one name a file and a folder');
      this.#folders.set(parent, parent);
    }
  }

  #collision(path: string, other: string, how: string): Error {
    return kitFailures['entry-collision']({ archive: this.archive, entry: shown(path), other: shown(other), how });
  }
}

function sameness(path: string, other: string): string {
  if (path === other) return 'have the same name';
  return path.normalize('NFC') === other.normalize('NFC')
    ? 'differ only in their Unicode form'
    : 'differ only in letter case';
}
