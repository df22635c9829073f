import { type FileRef, sha256 } from '@dataset-runner/core/plugin';
import type { Look } from './look.ts';

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
export interface Looked extends Picture, Look {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A picture of a known class. */
export interface Labelled extends Looked {
  readonly species: string;
  /** Its path below the folder of its species. */
  readonly inner: string;
}

export function isLeftOut<T extends object, L extends { readonly leftOut: string }>(row: T | L): row is L {
  return 'leftOut' in row;
}

/** 64 hexadecimal digits; of the content only where the file does not tell them already. */
export function sha256Of({ digest }: FileRef, content: Uint8Array): string {
  return (digest?.startsWith('sha256:') ? digest : sha256(content)).slice('sha256:'.length);
}
