import { readCsv, writeCsv } from '@dataset-runner/kit/csv';
import { csvTable } from '@dataset-runner/kit/csv-rows';
import { parseImageName } from '../bins/bin-id.ts';
import type { Classed } from './particle.ts';
import { publishFailures } from './failures.ts';
import { unescaped } from './unescaped.ts';

/** The classes of one bin's images. */
export interface BinClasses {
  readonly bin: string;
  /** Of the classes, in the order of the scores. */
  readonly names: readonly string[];
  readonly rows: readonly (Classed & {
    readonly roi: number;
    /** Where the table says that the image lies; '' where it does not. */
    readonly image: string;
    readonly scores: readonly number[];
  })[];
}

export interface PredictionOptions {
  readonly file: string;
  /** Names by number, for tables that have numbers. */
  readonly classes: readonly string[];
}

/**
 * Reads a table of predictions bin by bin: `<name>_predictions.csv` of `ifcb:classify`, or a `*_prediction_results.csv`
 * as `create_cnn_dataset_csv.py` wrote it. One bin is in memory at a time, so its rows must be together.
 *
 * Throws `ifcb.metadata-column`, `ifcb.prediction-invalid` and `ifcb.predictions-scattered`.
 */
export async function* readPredictions(
  input: AsyncIterable<Uint8Array>,
  { file, classes }: PredictionOptions,
): AsyncGenerator<BinClasses, void, undefined> {
  const done = new Set<string>();
  const rois = new Set<number>();
  let current: { bin: string; names: readonly string[]; rows: BinClasses['rows'][number][] } | undefined;
  for await (const { line, values } of readCsv(input, { file })) {
    const invalid = (why: string): Error => publishFailures['prediction-invalid']({ file, line, why });
    const row = 'filepath' in values ? untidyRow(values, classes, invalid) : tidyRow(values, file, invalid);
    // Images of no bin have no features either.
    if (row === undefined) continue;
    if (row.bin !== current?.bin) {
      if (current !== undefined) yield current;
      if (done.has(row.bin)) throw publishFailures['predictions-scattered']({ file, bin: row.bin, line });
      done.add(row.bin);
      rois.clear();
      current = { bin: row.bin, names: namesOf(values, classes), rows: [] };
    }
    if (rois.has(row.roi)) throw invalid(`image ${row.roi} of ${row.bin} again`);
    rois.add(row.roi);
    current.rows.push(row);
  }
  if (current !== undefined) yield current;
}

type Row = BinClasses['rows'][number] & { readonly bin: string };
type Values = { readonly [column: string]: string };

function scoreNames(values: Values): readonly string[] {
  return Object.keys(values).flatMap((name) => (name.startsWith('score_') ? [name.slice('score_'.length)] : []));
}

// A table of the old chain has a column for each class, called by its number, or none at all.
function namesOf(values: Values, classes: readonly string[]): readonly string[] {
  if (!('filepath' in values)) return scoreNames(values);
  return Object.keys(values).some((name) => isNumber.test(name)) ? classes : [];
}

const isNumber = /^\d+$/;

function tidyRow(values: Values, file: string, invalid: (why: string) => Error): Row | undefined {
  for (const wanted of ['bin', 'roi', 'class', 'score'])
    if (!(wanted in values))
      throw publishFailures['metadata-column']({ file, wanted: [wanted], found: Object.keys(values) });
  if (values['bin'] === '') return undefined;
  if (!/^\d+$/.test(values['roi']!)) throw invalid(`'${values['roi']}' is no number of an image`);
  const scores = scoreNames(values).map((name) => scoreOf(values[`score_${name}`]));
  const { bin, roi, class: name, class_auto: auto = name, score } = values as Values & { readonly bin: string };
  const image = unescaped(values['image'] ?? '');
  return {
    bin,
    roi: Number(roi),
    image,
    name: unescaped(name!),
    auto: unescaped(auto!),
    score: scoreOf(score),
    scores,
  };
}

function untidyRow(values: Values, classes: readonly string[], invalid: (why: string) => Error): Row {
  const path = unescaped(values['filepath']!).replaceAll('\\', '/');
  const named = parseImageName(path.slice(path.lastIndexOf('/') + 1));
  if (named === undefined) throw invalid(`'${path}' is no image of a bin`);
  const label = values['pred_label'] ?? '';
  const name = classes[label === '' ? -1 : Number(label)];
  if (name === undefined) throw invalid(`pred_label '${label}' is none of the ${classes.length} classes`);
  const given = Object.keys(values).filter((column) => isNumber.test(column)).length;
  if (given > 0 && given !== classes.length)
    throw invalid(`${given} columns of scores for ${classes.length} classes; name those of this table with --classes`);
  const scores = given === 0 ? [] : classes.map((_, at) => scoreOf(values[String(at)]));
  const score = scores[Number(label)] ?? Number.NaN;
  return { bin: named.bin, roi: named.target, image: path, name, auto: name, score, scores };
}

// A score that nobody gave is none, not 0.
function scoreOf(text = ''): number {
  return text === '' ? Number.NaN : Number(text);
}

const columns = ['roi', 'image', 'name', 'auto', 'score', 'scores'] as const;

/** A bin's classes as they lie between steps. */
export function encodeClasses({ rows }: Pick<BinClasses, 'rows'>): string {
  const cells = rows.map((row) => ({ ...row, scores: row.scores.join(' ') }));
  return [...writeCsv(cells, { columns: [...columns], formulas: 'keep' })].join('');
}

/** The classes of a bin by the number of the image. */
export function decodeClasses(bytes: Uint8Array, file: string): ReadonlyMap<number, BinClasses['rows'][number]> {
  const found = new Map<number, BinClasses['rows'][number]>();
  for (const { cells } of csvTable(bytes, { file }).rows) {
    const [roi, image, name, auto, score, scores] = cells as [string, string, string, string, string, string];
    const numbers = scores === '' ? [] : scores.split(' ').map(Number);
    found.set(Number(roi), { roi: Number(roi), image, name, auto, score: scoreOf(score), scores: numbers });
  }
  return found;
}
