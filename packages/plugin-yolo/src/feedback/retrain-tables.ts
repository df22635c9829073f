import { writeCsv } from '@dataset-runner/kit/csv';
import { roundedBox } from '../detect/detection.ts';
import type { Decided, Decision, LeftOut } from './decide.ts';

/** `feedback.csv`: every object that was fed back, with what became of it. */
const feedbackColumns = [
  'image_id',
  'class_id',
  'confidence',
  'x_center',
  'y_center',
  'width',
  'height',
  'timestamp',
  'predicted_class_id',
  'verdict',
  'reviewer',
  'model',
  'split',
  'form',
  'file',
  'decision',
] as const;

/** `retrain.csv`: the five columns of the system before this one, and what it left out. */
const retrainColumns = [
  'image_id',
  'class_id',
  'confidence',
  'bbox',
  'timestamp',
  'x_center',
  'y_center',
  'width',
  'height',
  'model',
  'split',
  'decision',
] as const;

export function feedbackTable(all: readonly Decided[]): string {
  const rows = all.map((one) => ({ ...cellsOf(one), decision: one.decision ?? `left out: ${one.leftOut}` }));
  // A name from a feedback file may look like a formula to a spreadsheet.
  return [...writeCsv(rows, { columns: feedbackColumns, formulas: 'escape' })].join('');
}

export function retrainTable(all: readonly Decided[]): string {
  const rows = all.flatMap((one) => (one.decision === undefined ? [] : [{ ...cellsOf(one), decision: one.decision }]));
  return [...writeCsv(rows, { columns: retrainColumns, formulas: 'escape' })].join('');
}

function cellsOf({ row, image, split }: Decided) {
  const [x_center, y_center, width, height] = roundedBox(row.box);
  return {
    image_id: image,
    class_id: row.class,
    confidence: row.confidence,
    // A list as Python prints it: readers of the older table evaluate it.
    bbox: `[${[x_center, y_center, width, height].join(', ')}]`,
    x_center,
    y_center,
    width,
    height,
    timestamp: row.timestamp,
    predicted_class_id: row.predicted,
    verdict: row.said,
    reviewer: row.reviewer,
    model: row.model,
    split,
    form: row.form,
    file: row.file,
  };
}

/** `collect.json`. */
export interface CollectSummary {
  readonly schema: 1;
  readonly files: number;
  readonly forms: { readonly [form: string]: number };
  /** Files that are no feedback, and the first few of them. */
  readonly invalid: number;
  readonly examples: readonly string[];
  readonly objects: number;
  readonly decisions: { readonly [D in Decision]: number };
  readonly leftOut: { readonly [L in LeftOut]: number };
  /** Images whose labels were reviewed as a whole. */
  readonly reviewedImages: number;
}

export function countDecisions(all: readonly Decided[]): Pick<CollectSummary, 'objects' | 'decisions' | 'leftOut'> {
  const decisions = { confirmed: 0, corrected: 0, added: 0, confident: 0 };
  const leftOut = { split: 0, group: 0, superseded: 0, rejected: 0, class: 0, threshold: 0, duplicate: 0 };
  for (const one of all) {
    if (one.decision !== undefined) decisions[one.decision]++;
    if (one.leftOut !== undefined) leftOut[one.leftOut]++;
  }
  return { objects: all.length, decisions, leftOut };
}
