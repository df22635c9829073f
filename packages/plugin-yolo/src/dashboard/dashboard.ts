import type { FeatureDrift } from '../drift/drift.ts';
import type { EvalReport } from '../score/eval-report.ts';
import type { SimulationSummary } from '../simulate/simulation-log.ts';
import type { AgreementPanel } from './agreement.ts';
import type { SplitCounts } from './counts.ts';
import type { FeedbackPanel } from './feedback-panel.ts';

/** `report.json`: what every panel shows, in numbers. Panels of what was not given are missing. */
export interface Dashboard {
  readonly schema: 1;
  readonly title: string;
  readonly classes: readonly string[];
  readonly raters: readonly string[];
  readonly splits: readonly SplitCounts[];
  /** Labels of the commonest class for each of the rarest. */
  readonly imbalance: number | null;
  readonly agreement?: AgreementPanel;
  /** Each pair of splits, and feedback beside the first split. */
  readonly drift: readonly {
    readonly reference: string;
    readonly current: string;
    readonly features: readonly FeatureDrift[];
  }[];
  readonly permutations: number;
  /** By split: how often labels cover each of 64 x 64 cells, rows from the top, four decimals. */
  readonly heat: { readonly [split: string]: readonly number[] };
  readonly samples: readonly string[];
  readonly feedback?: FeedbackPanel;
  readonly simulation?: SimulationSummary & {
    readonly perSecond: readonly (readonly [second: number, answers: number, failures: number])[];
  };
  readonly validation?: ValidationPanel;
  readonly scores?: EvalReport;
}

export interface ValidationPanel {
  readonly images: number;
  readonly labels: number;
  readonly counts: { readonly [level: string]: number };
  readonly codes: readonly {
    readonly code: string;
    readonly level: string;
    readonly count: number;
    readonly first: string;
  }[];
}

/** What the page needs beside the numbers, to count anew under its filters. */
export interface PageData {
  /** Of each image: its split. */
  readonly imageSplit: string;
  /** Of each look: the image, the rater. */
  readonly lookImage: string;
  readonly lookRater: string;
  /** Of each label: the image, the class, four corners in 65,535ths. */
  readonly labels: PackedBoxes;
  /** Of each box a rater drew: the same, and the rater. */
  readonly marks: PackedBoxes & { readonly rater: string };
  readonly samples: readonly SamplePicture[];
}

/** Little-endian numbers in base64. */
export interface PackedBoxes {
  readonly image: string;
  readonly class: string;
  readonly corners: string;
}

export interface SamplePicture {
  /** Index of the image. */
  readonly image: number;
  readonly name: string;
  /** `data:image/webp`; missing where there is no picture, whose boxes are shown all the same. */
  readonly src?: string;
  /** Width over height of the original. */
  readonly aspect: number;
  /** What a model said of it: class, confidence, corners in shares. */
  readonly predictions?: readonly (readonly [number, number, number, number, number, number])[];
}
