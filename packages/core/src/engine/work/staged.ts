import type { Digest } from '../../lib/digest.ts';
import type { FileRef } from '../../model/file-ref.ts';

/**
 * An output that `work` made and nobody can see yet. Publishing it is the coordinator's act.
 *
 * `path` lies in the staging folder of its place (same file system, so publishing is one link or rename) or in
 * the spool when the place is remote; small outputs stay in memory where the coordinator made them, or the place is remote.
 */
export type Staged = StagedFile | StagedHeld | StagedBytes | StagedCopy | StagedFolder;

export interface StagedBytes {
  readonly kind: 'bytes';
  readonly key: string;
  readonly size: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** A store that tells no digest must give the bytes back before the output counts. */
  readonly verify?: 'read';
  /** Whatever lies at the key may be replaced. */
  readonly replaces?: 'any';
}

export interface StagedFile {
  readonly kind: 'file';
  readonly key: string;
  readonly size: number;
  /** Absent for a copy that no row will name: only what lies in its way makes anybody ask for it. */
  readonly digest?: Digest;
  readonly path: string;
  /** The mtime it has and keeps, as `String(mtimeMs)`. */
  readonly version: string;
  /** The file this one may replace, as it was seen; or any. */
  readonly replaces?: FileRef | 'any';
  /** A store that tells no digest must give the bytes back before the output counts. */
  readonly verify?: 'read';
  /**
   * A file in `work:` that is to get a second name: nothing lies at `path` yet, and only what replaces another file, or
   * cannot be linked after all, is put there first.
   */
  readonly lent?: string;
  /**
   * An empty file: nothing lies at `path` yet, for one that appears at its key is whole at once. Only what replaces
   * another file is put there first.
   */
  readonly isEmpty?: true;
}

/** A small file for a local place, still in memory: nothing lies at `path` yet. Who publishes it writes it there first. */
export interface StagedHeld extends Omit<StagedFile, 'kind' | 'version' | 'lent' | 'isEmpty'> {
  readonly kind: 'held';
  readonly bytes: Uint8Array;
}

/** Bytes that go from one store to another when they are published; inside one store the service copies them. */
export interface StagedCopy {
  readonly kind: 'copy';
  readonly key: string;
  readonly size: number;
  /** Of the source, where it is known before it is read. */
  readonly digest?: Digest;
  readonly from: FileRef;
  /** The file this one may replace, as it was seen; or any. */
  readonly replaces?: FileRef | 'any';
}

export interface StagedFolder {
  readonly kind: 'folder';
  readonly key: string;
  readonly count: number;
  readonly size: number;
  readonly digest: Digest;
  readonly path: string;
  /** Name, bytes and digest of each file, sorted by name. */
  readonly files: readonly (readonly [name: string, size: number, digest: Digest])[];
}
