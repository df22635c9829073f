import type { CollectorOptions } from './collector.ts';

/** What the readers of all formats are told. */
export interface ReadOptions extends CollectorOptions {
  /** Names by class id; a class that is not among them is a bad row. */
  readonly classes?: readonly string[];
  /** The class that stands for the absence of findings, in any case of letters. */
  readonly noFinding: string;
  /** What failures call the file with the sizes of the originals. */
  readonly sizesFile?: string;
}
