import type { Failure } from '../../model/failure.ts';
import type { Change, TransferProgress } from '../../report/transfer-report.ts';

/** What makes two files of one key the same; digests of one kind that both listings tell decide before it. */
export type CompareBy = 'time' | 'size' | 'checksum';

/** Two places, or one file in each. */
export interface Ends {
  readonly from: string;
  readonly to: string;
  /** Its key in either place. */
  readonly file?: { readonly from: string; readonly to: string };
}

/** What `store sync`, `cp` and `mv` ask for. */
export interface TransferRequest extends Ends {
  /** `copy` keeps files that differ unless `overwrite` says otherwise, `sync` replaces them; `move` removes the source. */
  readonly how: 'sync' | 'copy' | 'move';
  readonly by: CompareBy;
  /** Remove what the target has and the source has not. */
  readonly deleteExtra: boolean;
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  /** Read back what was written. */
  readonly verify: boolean;
  /** Wait for another command that writes to the same place. */
  readonly wait: boolean;
  /** Files at once. Default 16. */
  readonly jobs?: number;
  readonly bytesPerSecond?: number;
}

/** Told of what happens while it happens. */
export interface TransferWatch {
  readonly progress?: (progress: TransferProgress) => void;
  /** In a dry run. */
  readonly change?: (change: Change) => void;
  readonly failed?: (key: string, failure: Failure) => void;
  readonly note?: (message: string) => void;
}

export interface CompareRequest extends Ends {
  readonly by: CompareBy;
}
