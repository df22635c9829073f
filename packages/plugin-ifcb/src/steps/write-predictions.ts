import { defineStep, type FileRef, type FolderRef, type ResultsReader, type Tools } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import { type Column, tableToParquet } from '@dataset-runner/kit/table';
import type { Judging, Scored } from '../classify/scored.ts';
import { shortest, type VerdictRow, verdictRows } from '../classify/verdict-rows.ts';

/** All that was classified, and what the files are called. */
export interface Predictions {
  readonly scored: ResultsReader<Scored>;
  readonly name: string;
}

type PredictionTools = Tools<Judging>;

/** Writes one tidy CSV: one row an image, by bin and number, with its class and every score. */
export const writePredictionCsv = defineStep({
  name: 'write-prediction-csv',
  needs: { cpu: true },
  work: ({ scored, name }: Predictions, { uses, bytes, output }: PredictionTools): Promise<FileRef> =>
    output.write(`${name}_predictions.csv`, csvOf(verdictRows(scored, uses, bytes), uses.classes)),
});

/** Writes the same table as Parquet files of up to 100,000 rows in a folder, which readers take as one table. */
export const writePredictionParquet = defineStep({
  name: 'write-prediction-parquet',
  needs: { cpu: true, memoryMb: 500 },
  async work({ scored, name }: Predictions, { uses, bytes, output }: PredictionTools): Promise<FolderRef> {
    const folder = await output.folder(`${name}_predictions`);
    const columns = columnsOf(uses.classes);
    let part = 0;
    for await (const rows of inParts(verdictRows(scored, uses, bytes), 100_000)) {
      const table = { columns, rows: rows.map((row) => cellsOf(row, uses.classes)) };
      await folder.write(`part-${String(part++).padStart(5, '0')}.parquet`, await tableToParquet(table));
    }
    return folder.close();
  },
});

/**
 * Writes `<name>_prediction_results.csv` as `create_cnn_dataset_csv.py` does: an unnamed index, the scores by number of
 * the class, `filepath`, `pred_label`. The index counts on through the whole file; there it began anew at each chunk.
 */
export const writeResultsCsv = defineStep({
  name: 'write-results-csv',
  needs: { cpu: true },
  work: ({ scored, name }: Predictions, { uses, bytes, output }: PredictionTools): Promise<FileRef> =>
    output.write(`${name}_prediction_results.csv`, resultsOf(verdictRows(scored, uses, bytes), uses.classes.length)),
});

function columnsOf(classes: readonly string[]): readonly Column[] {
  return [
    { name: 'bin', type: 'text' },
    { name: 'roi', type: 'integer' },
    { name: 'image', type: 'text' },
    { name: 'class', type: 'text' },
    { name: 'class_auto', type: 'text' },
    { name: 'score', type: 'number' },
    ...classes.map((name) => ({ name: `score_${name}`, type: 'number' as const })),
  ];
}

// Scores in the digits of a 32-bit float, in all three files alike.
function cellsOf(row: VerdictRow, classes: readonly string[]) {
  const { bin, roi, image, className, classAuto, score, scores } = row;
  return {
    bin,
    roi,
    image,
    class: className,
    class_auto: classAuto,
    score: Number(shortest(score)),
    ...Object.fromEntries(classes.map((name, at) => [`score_${name}`, Number(shortest(scores[at]!))])),
  };
}

/** About 64 kB of rows at a time: a write for each row would take longer than the row. */
const rowsAtOnce = 500;

async function* csvOf(rows: AsyncIterable<VerdictRow>, classes: readonly string[]): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(classes).map(({ name }) => name);
  yield Buffer.from([...writeCsv([], { columns })].join(''));
  for await (const some of inParts(rows, rowsAtOnce)) {
    const [, ...lines] = writeCsv(
      some.map((row) => cellsOf(row, classes)),
      { columns },
    );
    yield Buffer.from(lines.join(''));
  }
}

async function* resultsOf(rows: AsyncIterable<VerdictRow>, classCount: number): AsyncGenerator<Uint8Array> {
  const columns = ['', ...Array.from({ length: classCount }, (_, at) => String(at)), 'filepath', 'pred_label'];
  yield Buffer.from([...writeCsv([], { columns })].join(''));
  let index = 0;
  for await (const some of inParts(rows, rowsAtOnce)) {
    const cells = some.map(({ scores, image, best }) => {
      const byClass = Object.fromEntries([...scores].map((score, at) => [String(at), shortest(score)]));
      return { ...byClass, '': index++, filepath: image, pred_label: best };
    });
    const [, ...lines] = writeCsv(cells, { columns });
    yield Buffer.from(lines.join(''));
  }
}

async function* inParts<T>(rows: AsyncIterable<T>, count: number): AsyncGenerator<readonly T[]> {
  let part: T[] = [];
  for await (const row of rows) {
    part.push(row);
    if (part.length < count) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
