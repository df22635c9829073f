import type { Digest } from '../lib/digest.ts';

/**
 * A file named by the place it lies in and its key there; how bytes travel between steps.
 *
 * `store` is a place: `work:pictures`, `./out`, `cloud:sets/2026`, `s3://bucket/prefix`. Folders inside the
 * project are written relative to it, so moving the project or re-pointing a named store changes no ref.
 */
export interface FileRef {
  readonly $type: 'file';
  readonly store: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** What the listing said (mtime in ms, etag, generation); only compared, never read. */
  readonly version?: string;
  /** Always there on a step's own outputs; on listed files only where the service tells it. */
  readonly digest?: Digest;
}

/** A folder published whole, recorded as one output. */
export interface FolderRef {
  readonly $type: 'folder';
  readonly store: string;
  /** The folder's key, without a trailing slash. */
  readonly key: string;
  readonly count: number;
  /** Bytes of all its files. */
  readonly size: number;
  /** Over its sorted lines `name TAB size TAB digest LF`. */
  readonly digest: Digest;
}

export function isFileRef(value: unknown): value is FileRef {
  return typeof value === 'object' && value !== null && (value as { $type?: unknown }).$type === 'file';
}

export function isFolderRef(value: unknown): value is FolderRef {
  return typeof value === 'object' && value !== null && (value as { $type?: unknown }).$type === 'folder';
}

/** The URL people read for a file: its place and key joined by one slash. */
export function refUrl(ref: { readonly store: string; readonly key: string }): string {
  return joinPlace(ref.store, ref.key);
}

/** Joins a place and a key: `work:` + `a` is `work:a`, `./out` + `a` is `./out/a`. */
export function joinPlace(place: string, key: string): string {
  return key === '' ? place : placePrefix(place) + key;
}

/** What the URLs of all files in a place begin with. */
export function placePrefix(place: string): string {
  return place.endsWith(':') || place.endsWith('/') ? place : `${place}/`;
}
