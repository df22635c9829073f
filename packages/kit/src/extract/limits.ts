/**
 * How much an archive may hold before it is refused with `kit.archive-limit`, which names the limit.
 *
 * The defaults let through every data set we know of and stop what a small file can do to a disk.
 */
export interface ArchiveLimits {
  /** Files and folders together. */
  readonly maxEntries: number;
  /** Bytes of all entries once unpacked. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes for one packed byte, of an entry and of the whole; only looked at above `ratioFreeBytes`. */
  readonly maxRatio: number;
  /** Below this many unpacked bytes no ratio is suspicious. */
  readonly ratioFreeBytes: number;
  /** Folders in folders. */
  readonly maxDepth: number;
  /** UTF-8 bytes of a whole key. */
  readonly maxPathBytes: number;
  /** UTF-8 bytes of one part of a key; file systems end at 255. */
  readonly maxNameBytes: number;
}

export const defaultLimits: ArchiveLimits = {
  maxEntries: 1_000_000,
  maxTotalBytes: 2 ** 40,
  maxRatio: 200,
  ratioFreeBytes: 32 * 2 ** 20,
  maxDepth: 64,
  maxPathBytes: 1024,
  maxNameBytes: 255,
};
