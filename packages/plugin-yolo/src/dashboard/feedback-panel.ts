import { csvTable } from '@dataset-runner/kit/csv-rows';
import type { ShareBox } from '../detect/detection.ts';
import type { DriftImage } from '../drift/drift.ts';

/** What `feedback.csv` and `retrain.csv` hold, summed up. */
export interface FeedbackPanel {
  readonly objects: number;
  readonly images: number;
  /** By class id, twenty bins of confidence from 0 to 1. */
  readonly confidence: readonly (readonly number[])[];
  /** By class id: how many of each verdict. */
  readonly verdicts: readonly { readonly [verdict: string]: number }[];
  /** By day, UTC, sorted. */
  readonly days: readonly { readonly day: string; readonly objects: number; readonly reviewed: number }[];
  /** Expected calibration error over ten bins of reviewed detections; null without any. */
  readonly calibrationError: number | null;
  /** Ten bins of confidence: how many were reviewed, their mean confidence, and the share that was confirmed. */
  readonly calibration: readonly { readonly count: number; readonly confidence: number; readonly right: number }[];
  /** By decision, then by class id. */
  readonly decisions: { readonly [decision: string]: readonly number[] };
  readonly retrain: number;
}

interface FeedbackCells {
  readonly image: string;
  readonly class: number;
  readonly confidence: number | null;
  readonly box: ShareBox;
  readonly day: string;
  readonly verdict: string;
  readonly decision: string;
}

/** Reads `feedback.csv`; throws `table.*`. Objects of classes that the set does not have are left out. */
export function readFeedbackTable(text: string, classCount: number): FeedbackCells[] {
  const wanted = [
    'image_id',
    'class_id',
    'confidence',
    'x_center',
    'y_center',
    'width',
    'height',
    'timestamp',
    'verdict',
    'decision',
  ];
  const table = csvTable(text, { file: 'feedback.csv', required: wanted });
  const at = wanted.map((name) => table.columns.indexOf(name));
  return [...table.rows].flatMap(({ cells }) => {
    const [image = '', id = '', confidence = '', x, y, w, h, time = '', verdict = '', decision = ''] = at.map(
      (place) => cells[place]!,
    );
    if (id === '' || Number(id) >= classCount) return [];
    return [
      {
        image,
        class: Number(id),
        confidence: confidence === '' ? null : Number(confidence),
        box: [x, y, w, h].map(Number) as unknown as ShareBox,
        day: time.slice(0, 10),
        verdict,
        decision,
      },
    ];
  });
}

/** What was detected, image by image, as drift compares it with training. */
export function feedbackImages(rows: readonly FeedbackCells[]): DriftImage[] {
  const detected = rows.filter(({ verdict }) => verdict !== 'added');
  return [...Map.groupBy(detected, ({ image }) => image).values()].map((own) => ({
    boxes: own.map((row) => ({ class: row.class, box: row.box })),
  }));
}

export function feedbackPanel(rows: readonly FeedbackCells[], classCount: number): FeedbackPanel {
  const confidence = Array.from({ length: classCount }, () => new Array<number>(20).fill(0));
  const verdicts = Array.from({ length: classCount }, (): { [verdict: string]: number } => ({}));
  const decisions: { [decision: string]: number[] } = {};
  const days = new Map<string, { objects: number; reviewed: number }>();
  for (const row of rows) {
    const { class: id } = row;
    if (row.confidence !== null) confidence[id]![Math.min(19, Math.floor(row.confidence * 20))]!++;
    verdicts[id]![row.verdict] = (verdicts[id]![row.verdict] ?? 0) + 1;
    (decisions[row.decision] ??= new Array<number>(classCount).fill(0))[id]!++;
    const day = days.get(row.day) ?? { objects: 0, reviewed: 0 };
    day.objects++;
    if (row.verdict !== 'none') day.reviewed++;
    days.set(row.day, day);
  }
  const calibration = calibrationOf(rows);
  const judged = calibration.reduce((sum, { count }) => sum + count, 0);
  const error = calibration.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.right), 0) / judged;
  return {
    objects: rows.length,
    images: new Set(rows.map(({ image }) => image)).size,
    confidence,
    verdicts,
    days: [...days].map(([day, counts]) => ({ day, ...counts })).sort((one, other) => (one.day < other.day ? -1 : 1)),
    calibrationError: judged === 0 ? null : Number(error.toFixed(6)),
    calibration,
    decisions,
    retrain: rows.filter(({ decision }) => !decision.startsWith('left out')).length,
  };
}

/** A detection was right when it was confirmed; a corrected one was not. */
function calibrationOf(rows: readonly FeedbackCells[]): FeedbackPanel['calibration'] {
  const judged = rows.flatMap(({ confidence, verdict }) =>
    confidence !== null && ['confirmed', 'corrected', 'rejected'].includes(verdict)
      ? [{ confidence, right: verdict === 'confirmed' }]
      : [],
  );
  return Array.from({ length: 10 }, (_, bin) => {
    const own = judged.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin);
    const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, own.length);
    const right = own.filter((one) => one.right).length / Math.max(1, own.length);
    return { count: own.length, confidence: Number(mean.toFixed(6)), right: Number(right.toFixed(6)) };
  });
}
