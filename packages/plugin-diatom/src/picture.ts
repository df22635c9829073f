import type { FileRef } from '@dataset-runner/core/plugin';

/** A picture taken out of an archive, or listed in a folder. */
export interface Picture {
  /** Unique and stable: `<archive without ending>/<path in it>`. */
  readonly key: string;
  readonly file: FileRef;
  /** The download's name; absent for pictures that were listed. */
  readonly archive?: string;
  /** Its path in the archive, or below the listed place. */
  readonly member: string;
}

/** Something in an archive that is no picture to train with. */
export interface LeftOut {
  readonly key: string;
  readonly archive?: string;
  readonly member: string;
  readonly leftOut: string;
  /** Files this stands for. */
  readonly count: number;
}

/** A picture that decodes, with what the split and the reports need to know of it. */
export interface Looked extends Picture {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Perceptual hash, 16 hexadecimal digits. */
  readonly phash: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** A picture of a known class. */
export interface Labelled extends Looked {
  readonly species: string;
  /** Its path below the folder of its species. */
  readonly inner: string;
}

export function isLeftOut<T extends object>(row: T | LeftOut): row is LeftOut {
  return 'leftOut' in row;
}
