import type { FileRef } from '@dataset-runner/core/plugin';

/** A sample that was classified. */
export interface Scored {
  /** The bin, or the part of a folder. */
  readonly key: string;
  /** False for images of a folder that belong to no bin. */
  readonly isBin: boolean;
  readonly images: number;
  /** Images that could not be used. */
  readonly leftOut: number;
  /** See `encodeScores`. */
  readonly scores: FileRef;
}

/** How scores become classes; what only changes this asks no model again. */
export interface Judging {
  /** Names by output of the model. */
  readonly classes: readonly string[];
  /** The least score by class that counts. */
  readonly thresholds: readonly number[];
  /** What the model is called in the files. */
  readonly model: string;
}
