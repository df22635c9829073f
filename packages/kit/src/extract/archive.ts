import type { ArchiveLimits } from './limits.ts';

/** A place that bytes can be read from in any order: a local file, an object behind http ranges. */
export interface RandomReader {
  /** Bytes. */
  readonly size: number;
  /** Exactly the bytes `[start, end)`, which the caller may keep; a shorter answer counts as a damaged archive. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** One file of an archive. Folders are implied by keys and never handed out. */
export interface ArchiveEntry {
  /** Relative, with `/`, checked to be safe to write on any machine. */
  readonly key: string;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Zips only. */
  readonly crc32?: number;
  /** Zips keep no time zone: their plain times are read as UTC, so that they mean the same everywhere. */
  readonly modifiedMs?: number;
  /** The bytes as they are unpacked; size and checksum are verified and the last step throws `kit.entry-corrupt`. */
  open(): Promise<AsyncIterable<Uint8Array>>;
  /** All bytes at once, verified; for entries that fit in memory. */
  bytes(): Promise<Uint8Array>;
}

export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';

/** What was found while an archive was checked. */
export interface ArchiveReport {
  readonly format: ArchiveFormat;
  /** Files handed out. */
  readonly entries: number;
  /** Bytes of these once unpacked. */
  readonly bytes: number;
  /** Left out: `__MACOSX`, `.DS_Store`, `Thumbs.db` and their like. */
  readonly junk: number;
  /** Left out by `links: 'leave-out'`. */
  readonly links: number;
  /** For people; at most 100, then one line that counts the rest. */
  readonly warnings: readonly string[];
}

/** A checked archive: whatever made it refusable was found before it came to be. */
export interface Archive extends AsyncDisposable {
  readonly report: ArchiveReport;
  /**
   * The files in the order their bytes lie in the archive, the same on every call.
   *
   * Entries of a `tar.gz` must be opened before the next one is asked for; all others at any time.
   */
  entries(): AsyncIterable<ArchiveEntry>;
  /** The file of that key, read without reading what lies before it; not there on a `tar.gz`. */
  get?(key: string): ArchiveEntry | undefined;
  close(): Promise<void>;
}

/** An archive that is checked while it passes by. */
export interface ArchiveStream {
  /** The files in the order they come, once; each must be opened before the next one is asked for. */
  entries(): AsyncIterable<ArchiveEntry>;
  /** Known when all entries have passed. */
  readonly report: ArchiveReport;
}

/** An archive whose entries can be had in any order. */
export type RandomArchive = Archive & Required<Pick<Archive, 'get'>>;

export interface ArchiveOptions {
  readonly limits?: Partial<ArchiveLimits>;
  /**
   * The encoding of names that are not marked as UTF-8: any label TextDecoder knows (`shift_jis`), or `cp437`.
   * Default: UTF-8 where it is valid, else `cp437`.
   */
  readonly nameEncoding?: string;
  /** What becomes of symbolic and hard links. They are never followed nor made. Default `refuse`. */
  readonly links?: 'refuse' | 'leave-out';
  /** How messages call the archive. Default: its path. */
  readonly name?: string;
  /** Names that this system cannot hold are refused; on others they are a warning. Default: `process.platform`. */
  readonly platform?: string;
}
