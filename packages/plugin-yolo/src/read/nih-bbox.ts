import { csvTable } from '@dataset-runner/kit/csv-rows';
import type { Annotations } from '../annotation.ts';
import { Collector } from './collector.ts';
import { imageId } from './image-id.ts';
import type { ReadOptions } from './read-options.ts';

/** The boxes of the NIH set were drawn on images of this size. */
const size = { width: 1024, height: 1024 };

/**
 * Reads NIH ChestX-ray14's `BBox_List_2017.csv`: name, finding, left, top, width, height.
 *
 * Its header has three empty columns more than its rows, and one column `Bbox [x` for `x,y,w,h]`; so rows are read by
 * position. "Infiltrate" is what the set's other table calls "Infiltration". Classes are sorted by name unless given.
 */
export function readNihBoxes(text: string | Uint8Array, options: ReadOptions): Annotations {
  const rows = [...sixCells(text, options)];
  const nameOf = (finding: string): string => (finding === 'Infiltrate' ? 'Infiltration' : finding);
  const classes = options.classes ?? [...new Set(rows.map(({ cells }) => nameOf(cells[1]!)))].sort();
  const collector = new Collector(options);
  for (const { line, cells } of rows) {
    const [name = '', finding = '', ...corner] = cells;
    const classId = classes.indexOf(nameOf(finding));
    const [x = NaN, y = NaN, width = NaN, height = NaN] = corner.map((text) =>
      text.trim() === '' ? NaN : Number(text),
    );
    if (classId < 0) collector.bad(line, `the finding '${finding}' is unknown`);
    else
      collector.add({
        image: imageId(name),
        rater: 'nih',
        line,
        size,
        mark: { classId, box: [x, y, x + width, y + height] },
      });
  }
  return { classes, images: collector.images(), trouble: collector.trouble() };
}

// The header is checked and then replaced by one that the rows fit.
function* sixCells(
  input: string | Uint8Array,
  { file }: ReadOptions,
): Generator<{ readonly line: number; readonly cells: readonly string[] }> {
  const text = (typeof input === 'string' ? input : Buffer.from(input).toString('utf8')).replace(/^\uFEFF/, '');
  const end = text.indexOf('\n');
  const header = (end < 0 ? text : text.slice(0, end)).trim();
  csvTable(header.replace(/,+$/, ''), { file, required: ['Image Index', 'Finding Label'] });
  const rest = end < 0 ? '' : text.slice(end);
  yield* csvTable(`image,finding,x,y,w,h${rest}`, { file }).rows;
}
