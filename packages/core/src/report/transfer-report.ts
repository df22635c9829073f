import type { Outcome } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';

/** How far a transfer is; numbers only grow. */
export interface TransferProgress {
  /** Files of the source looked at. */
  readonly compared: number;
  /** True when both listings are at their end, so that the next two are final. */
  readonly planned: boolean;
  /** Files to copy. */
  readonly files: number;
  readonly sizeBytes: number;
  readonly copied: number;
  /** Bytes read so far, of files under way too. */
  readonly copiedBytes: number;
  readonly failed: number;
}

/** One thing a dry run would do. */
export interface Change {
  readonly what: 'copy' | 'replace' | 'keep' | 'remove';
  readonly key: string;
  readonly sizeBytes: number;
  /** Why a file that is there is replaced, or would have to be. */
  readonly why?: 'size' | 'bytes' | 'newer';
}

/** What a transfer came to, or for a dry run would come to. Plain JSON. */
export interface TransferReport {
  readonly how: 'sync' | 'copy' | 'move';
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly outcome: Outcome;
  /** 0 for a dry run. */
  readonly run: number;
  /** Files that were there already. */
  readonly same: number;
  /** Files copied, those that replaced others included. */
  readonly copied: number;
  readonly copiedBytes: number;
  readonly replaced: number;
  /** Files that only the target has; removed where `deleteExtra` asks for it. */
  readonly extra: number;
  /** Extra files that were removed. */
  readonly removed: number;
  /** Files removed from the source, by a move. */
  readonly moved: number;
  /** Files that would have been removed but have changed meanwhile. */
  readonly kept: readonly string[];
  readonly failureCount: number;
  /** The first 100. */
  readonly failures: readonly Failure[];
  readonly elapsedMs: number;
}

/** One file that is not the same in both places. */
export interface FoundDifference {
  readonly what: 'missing' | 'differing' | 'extra';
  readonly key: string;
  readonly why?: 'size' | 'bytes' | 'newer';
}

export interface CompareReport {
  readonly from: string;
  readonly to: string;
  readonly same: number;
  readonly missing: number;
  readonly differing: number;
  readonly extra: number;
}
