import { betweenCorners, type ShareBox } from '../detect/detection.ts';
import { yoloFailures } from '../failures.ts';
import type { Feedback, Verdict } from './feedback.ts';

/** The forms of feedback: ours, the plain one of one detection, and the one of the older serving side. */
export type FeedbackForm = 'own' | 'plain' | 'service';

/** What somebody said to a detection; `added` is what the model missed, `none` what nobody reviewed. */
export type Said = 'none' | 'confirmed' | 'corrected' | 'rejected' | 'added';

/** One object of one feedback file, whatever its form. */
export interface FeedbackRow {
  /** As the file says it; it may carry the rater or the hospital's suffix of the image file. */
  readonly image: string;
  readonly sha256?: string;
  /** What it is: the correction where there is one. Null for a name that is no class of the set. */
  readonly class: number | null;
  /** What the model said; null for what it missed. */
  readonly predicted: number | null;
  readonly confidence: number | null;
  readonly box: ShareBox;
  readonly timestamp: string;
  readonly model: string;
  readonly said: Said;
  readonly reviewer: string;
  readonly form: FeedbackForm;
  readonly file: string;
}

/** A file, read; patients, hospitals and whatever else it names are left behind. */
export interface FeedbackFile {
  readonly file: string;
  readonly image: string;
  readonly sha256?: string;
  readonly form: FeedbackForm;
  readonly timestamp: string;
  readonly reviewed: boolean;
  readonly rows: readonly FeedbackRow[];
}

export interface ReadFeedbackOptions {
  /** Names by class id. */
  readonly classes: readonly string[];
  /** Pixels of a side of the images that boxes of the service are in. */
  readonly boxSide: number;
}

/** Reads feedback of any form; throws `yolo.feedback-invalid` for half a file and for what is none. */
export function readFeedback(bytes: Uint8Array, file: string, options: ReadFeedbackOptions): FeedbackFile {
  const fault = (why: string): Error => yoloFailures['feedback-invalid']({ file, why });
  let found: unknown;
  try {
    found = JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch (error) {
    throw fault((error as Error).message);
  }
  const image = field(found, 'image_id');
  if (typeof image !== 'string' || image === '') throw fault('it names no image_id');
  try {
    if (field(found, 'schema') === 1) return ownForm(found as Feedback, file);
    if (field(found, 'schema') !== undefined) throw new TypeError('its schema is not known');
    if (field(found, 'prediction') !== undefined) return serviceForm(found, image, file, options);
    return plainForm(found, image, file);
  } catch (error) {
    throw fault((error as Error).message);
  }
}

function ownForm(
  { image_id: image, image_sha256, model, timestamp, detections, review }: Feedback,
  file: string,
): FeedbackFile {
  if (review !== undefined && !isFileName(image)) throw new TypeError(`the image '${image}' is no name for a label`);
  const hash = image_sha256 === undefined ? {} : { sha256: image_sha256 };
  const reviewer = review?.reviewer ?? '';
  const time = timeOf(timestamp);
  const base = { image, ...hash, timestamp: time, model: textOf(model?.name), form: 'own', file } as const;
  if (!isList(detections)) throw new TypeError('it has no list of detections');
  if ([...detections, ...(review?.missed ?? [])].some((one: unknown) => typeof one !== 'object' || one === null))
    throw new TypeError('a detection of it is no object');
  if (review !== undefined && !isList(field(review, 'verdicts')))
    throw new TypeError('its review has no list of verdicts');
  if (review !== undefined && review.verdicts.length !== detections.length)
    throw new TypeError(`it has ${review.verdicts.length} verdicts on ${detections.length} detections`);
  const seen = detections.map((one, at): FeedbackRow => {
    const verdict = review?.verdicts[at];
    const truth = verdict?.verdict === 'corrected' ? verdict : one;
    return {
      ...base,
      class: classOf(truth.class),
      predicted: classOf(one.class),
      confidence: confidenceOf(one.confidence),
      box: boxOf(truth.box),
      said: verdict === undefined ? 'none' : verdictOf(verdict.verdict),
      reviewer,
    };
  });
  const missed = (review?.missed ?? []).map(
    (one): FeedbackRow => ({
      ...base,
      class: classOf(one.class),
      predicted: null,
      confidence: null,
      box: boxOf(one.box),
      said: 'added',
      reviewer,
    }),
  );
  return { ...base, reviewed: review !== undefined, rows: [...seen, ...missed] };
}

function plainForm(found: unknown, image: string, file: string): FeedbackFile {
  const base = { image, timestamp: timeOf(field(found, 'timestamp')), form: 'plain', file } as const;
  const id = classOf(field(found, 'class_id'));
  const confidence = confidenceOf(field(found, 'confidence'));
  const box = boxOf(field(found, 'bbox'));
  const said = { model: '', said: 'none', reviewer: '' } as const;
  return { ...base, reviewed: false, rows: [{ ...base, ...said, class: id, predicted: id, confidence, box }] };
}

function serviceForm(found: unknown, image: string, file: string, options: ReadFeedbackOptions): FeedbackFile {
  const { classes, boxSide } = options;
  const timestamp = timeOf(field(field(found, 'metadata'), 'timestamp'));
  const base = { image, timestamp, form: 'service', file } as const;
  const detections = field(field(found, 'prediction'), 'detections');
  if (!Array.isArray(detections)) throw new TypeError('its prediction has no list of detections');
  const rows = detections.map((one: unknown): FeedbackRow => {
    const name = String(field(one, 'class'));
    const at = classes.indexOf(name);
    const id = at >= 0 ? at : /^\d+$/.test(name) ? Number(name) : null;
    const corners = numbersOf(field(one, 'box')).map((value) => value / boxSide) as [number, number, number, number];
    const box = boxOf(betweenCorners(...corners));
    const confidence = confidenceOf(field(one, 'confidence'));
    return { ...base, model: '', said: 'none', reviewer: '', class: id, predicted: id, confidence, box };
  });
  return { ...base, reviewed: false, rows };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown })[name] : undefined;
}

// Without a claim about its type: what the type says of a file from outside is what is in doubt.
function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('its model has no name');
  return value;
}

function verdictOf(value: unknown): Verdict['verdict'] {
  if (value !== 'confirmed' && value !== 'corrected' && value !== 'rejected')
    throw new TypeError(`'${String(value)}' is no verdict`);
  return value;
}

/** Whether a label can be called so: what names a file comes from outside here, and must not lead elsewhere. */
function isFileName(image: string): boolean {
  const parts = image.split('/');
  return !/[\\\p{Cc}]|^[a-z]:/iu.test(image) && parts.every((part) => !['', '.', '..'].includes(part));
}

/** As ISO 8601 in UTC; a time without a zone is taken for UTC, as the plain form's are. */
function timeOf(value: unknown): string {
  const text = typeof value === 'string' ? value.trim().replace(' ', 'T') : '';
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (text === '' || Number.isNaN(time.getTime())) throw new TypeError(`'${String(value)}' is no time`);
  return time.toISOString();
}

function classOf(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0) throw new TypeError(`'${String(value)}' is no class id`);
  return value as number;
}

function confidenceOf(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new TypeError(`'${String(value)}' is no confidence from 0 to 1`);
  return value;
}

function numbersOf(value: unknown): [number, number, number, number] {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isFinite))
    throw new TypeError(`'${JSON.stringify(value)}' is no box of four numbers`);
  return value as [number, number, number, number];
}

function boxOf(value: unknown): ShareBox {
  const box = numbersOf(value);
  const [, , w, h] = box;
  if (!(w > 0 && h > 0) || box.some((one) => one < -0.01 || one > 1.01))
    throw new TypeError(`the box ${JSON.stringify(value)} is empty or outside of the image`);
  return box;
}
