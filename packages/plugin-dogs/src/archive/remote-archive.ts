import { type FileRef, z } from '@dataset-runner/core/plugin';

/** An archive on the web, with what is known of it beforehand. */
export const archiveSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe('What its lock file and messages call it'),
  url: z.url({ protocol: /^https?$/ }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  sizeBytes: z.int().min(0).optional(),
});

export type PinnedArchive = z.output<typeof archiveSchema>;

/** An archive as an item: all of it may change what comes out. */
export interface RemoteArchive extends PinnedArchive {
  /** `<dataset>/<name>`. */
  readonly key: string;
  /** Where lock files are kept. */
  readonly locks: string;
  /** Fetch the whole archive to this disk first. */
  readonly spool: boolean;
}

/** What tells one version of an archive from another, as far as its bytes were seen. */
export interface ArchiveIdentity {
  /** Bytes of the archive. */
  readonly sizeBytes: number;
  /** 64 hex digits; only where all its bytes were read. */
  readonly sha256?: string;
  /** Of a zip: over its directory's lines `key TAB size TAB CRC-32 LF`, 64 hex digits. */
  readonly directorySha256?: string;
}

/** A file taken out of an archive. */
export interface Unpacked {
  readonly key: string;
  readonly file: FileRef;
}

/** The last row of an archive: what it was. */
export interface ArchiveSeen extends ArchiveIdentity {
  readonly key: typeof seenKey;
  readonly archive: string;
  readonly url: string;
  readonly how: 'streamed' | 'read by ranges' | 'spooled';
  /** Files handed out. */
  readonly entries: number;
  /** Bytes of these. */
  readonly bytes: number;
  readonly junk: number;
  readonly warnings: readonly string[];
  /** A lock file was there and agreed. */
  readonly locked: boolean;
}

/** No entry has this key: entries are never absolute. */
export const seenKey = '/archive';

export function isSeen(row: Unpacked | ArchiveSeen): row is ArchiveSeen {
  return row.key === seenKey;
}
