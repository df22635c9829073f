import { csvTable } from '@dataset-runner/kit/csv-rows';
import { writeCsv } from '@dataset-runner/kit/csv';

/**
 * `splits.csv`: which split each image is in. Every later task reads it, and none divides anew.
 *
 * Columns `image,split,group,classes`, sorted by image; `image` is the id of the manifest's lines (`<image>` without
 * rater and extension), `classes` the ids its labels show, parted by spaces.
 */
export interface SplitLine {
  readonly image: string;
  readonly split: string;
  readonly group: string;
  /** Sorted. */
  readonly classes: readonly number[];
}

export const splitsFile = 'splits.csv';

const columns = ['image', 'split', 'group', 'classes'] as const;

export function splitsText(lines: readonly SplitLine[]): string {
  const rows = lines.map((line) => ({ ...line, classes: line.classes.join(' ') }));
  return [...writeCsv(rows, { columns, formulas: 'keep' })].join('');
}

/** Throws `table.*`. */
export function readSplits(text: string | Uint8Array): SplitLine[] {
  const table = csvTable(text, { file: splitsFile, required: columns });
  const at = columns.map((name) => table.columns.indexOf(name));
  return [...table.rows].map(({ cells }) => {
    const [image = '', split = '', group = '', classes = ''] = at.map((place) => cells[place]!);
    return { image, split, group, classes: classes === '' ? [] : classes.split(' ').map(Number) };
  });
}
