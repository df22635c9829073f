import type { ClassScores, SetScores } from './score-set.ts';

/** A score to six decimals; null where it is not defined, as without truths. */
type Score = number | null;

/** `eval.json`. */
export interface EvalReport {
  readonly schema: 1;
  readonly splits: readonly string[];
  /** Confidence above which precision and recall are measured. */
  readonly over: number;
  /** Images the predictions do not name; they count as without detections. */
  readonly withoutPrediction: number;
  /** Rows of labels that are no box of a class of the set; they count as not there. */
  readonly unreadable: {
    readonly rows: number;
    /** The line is 1-based. */
    readonly first: { readonly file: string; readonly line: number; readonly why: string } | null;
  };
  readonly images: number;
  readonly mAP40: Score;
  readonly mAP50: Score;
  readonly mAP5095: Score;
  readonly classes: readonly ({ readonly name: string; readonly truths: number; readonly detections: number } & {
    readonly [K in 'ap40' | 'ap50' | 'ap5095' | 'precision' | 'recall' | 'f1']: Score;
  })[];
}

/** JSON knows no NaN, and digits past the sixth say nothing. */
export function roundScores(
  scores: SetScores,
  names: readonly string[],
): Pick<EvalReport, 'images' | 'mAP40' | 'mAP50' | 'mAP5095' | 'classes'> {
  const { images, mAP40, mAP50, mAP5095 } = scores;
  return {
    images,
    mAP40: rounded(mAP40),
    mAP50: rounded(mAP50),
    mAP5095: rounded(mAP5095),
    classes: scores.classes.map((one) => classOf(one, names)),
  };
}

function classOf(one: ClassScores, names: readonly string[]): EvalReport['classes'][number] {
  return {
    name: names[one.class] ?? `class_${one.class}`,
    truths: one.truths,
    detections: one.detections,
    ap40: rounded(one.ap40),
    ap50: rounded(one.ap50),
    ap5095: rounded(one.ap5095),
    precision: rounded(one.precision),
    recall: rounded(one.recall),
    f1: rounded(one.f1),
  };
}

function rounded(value: number): Score {
  return Number.isFinite(value) ? Number(value.toFixed(6)) : null;
}

// `AP@.5:.95` has nine letters.
const columnWidth = 11;

/** The scores as a table for a terminal. */
export function evalText(report: EvalReport): string {
  const { classes, mAP40, mAP50, mAP5095, images, splits } = report;
  const shown = (value: Score): string => (value === null ? '-' : value.toFixed(4)).padStart(columnWidth);
  const wide = Math.max(5, ...classes.map(({ name }) => name.length));
  const rows = classes.map(
    (one) =>
      `${one.name.padEnd(wide)}${String(one.truths).padStart(8)}${shown(one.ap40)}${shown(one.ap50)}${shown(one.ap5095)}${shown(one.precision)}${shown(one.recall)}${shown(one.f1)}`,
  );
  const head = ['AP@.4', 'AP@.5', 'AP@.5:.95', 'P', 'R', 'F1@.5'].map((name) => name.padStart(columnWidth)).join('');
  return [
    `${'class'.padEnd(wide)}${'boxes'.padStart(8)}${head}`,
    ...rows,
    `${'mean'.padEnd(wide)}${''.padStart(8)}${shown(mAP40)}${shown(mAP50)}${shown(mAP5095)}`,
    `${images} images of ${splits.join(', ')}`,
    ...lostTexts(report),
    '',
  ].join('\n');
}

/** Says what the scores know nothing of: images that nobody predicted, and rows of labels, the first by its line. */
export function lostTexts({
  withoutPrediction,
  unreadable,
}: Pick<EvalReport, 'withoutPrediction' | 'unreadable'>): string[] {
  const texts: string[] = [];
  if (withoutPrediction > 0)
    texts.push(
      `${withoutPrediction} image${withoutPrediction === 1 ? ' has' : 's have'} no prediction and count${withoutPrediction === 1 ? 's' : ''} as without detections`,
    );
  const { rows, first } = unreadable;
  if (first !== null) texts.push(rowsText(rows, first));
  return texts;
}

function rowsText(rows: number, first: NonNullable<EvalReport['unreadable']['first']>): string {
  return `left out ${rows} label row${rows === 1 ? '' : 's'} that cannot be read; the first: ${first.file}:${first.line} ${first.why}`;
}
