import { iou, type PixelBox } from '../annotation.ts';
import type { LabelRow } from './read-label.ts';
import { finding, type Finding } from './rules.ts';

// Six decimals, as labels have, make boxes at an edge stand over it by half a millionth.
const rounding = 2e-6;

/** How far a box hangs over the edge of its image; 0 for what only rounding does. */
export function overEdge([x, y, width, height]: LabelRow['box']): number {
  const over = Math.max(width / 2 - x, height / 2 - y, x + width / 2 - 1, y + height / 2 - 1);
  return over > rounding ? over : 0;
}

/** What is odd about the boxes of one file, though Ultralytics learns them. */
export function checkBoxes(rows: readonly LabelRow[], file: string): Finding[] {
  return [...rows.flatMap((row) => checkBox(row, file)), ...checkPairs(rows, file)];
}

function checkBox({ line, box }: LabelRow, file: string): Finding[] {
  const [, , width, height] = box;
  const found: Finding[] = [];
  const say = (code: Finding['code'], message: string): void => void found.push(finding(code, { file, line }, message));
  const over = overEdge(box);
  if (over > 0) say('box-over-edge', `the box hangs ${over.toFixed(6)} over the edge`);
  if (width * height < 1e-5 || Math.min(width, height) * 640 < 4) say('box-tiny', `a box of ${width} x ${height}`);
  const aspect = Math.max(width / height, height / width);
  if (aspect > 20) say('box-aspect', `the box is ${Math.round(aspect)} times as long as wide`);
  if (width > 0.999 && height > 0.999) say('box-whole-image', 'the box covers the whole image');
  return found;
}

/** By what they say and not by how: `.5` is `.50`. */
function isSame({ values }: LabelRow, { values: others }: LabelRow): boolean {
  return values.length === others.length && values.every((value, place) => value === others[place]);
}

function checkPairs(rows: readonly LabelRow[], file: string): Finding[] {
  const found: Finding[] = [];
  const corners = rows.map(({ box: [x, y, w, h] }): PixelBox => [x - w / 2, y - h / 2, x + w / 2, y + h / 2]);
  for (const [index, row] of rows.entries()) {
    for (let earlier = 0; earlier < index; earlier++) {
      const other = rows[earlier]!;
      const spot = { file, line: row.line };
      if (isSame(row, other)) found.push(finding('row-duplicate', spot, `the row of line ${other.line} again`));
      else if (row.classId === other.classId) {
        const overlap = iou(corners[index]!, corners[earlier]!);
        if (overlap > 0.95)
          found.push(finding('box-near-duplicate', spot, `overlaps line ${other.line} by ${overlap.toFixed(3)}`));
        else continue;
      } else if (row.box.every((value, place) => value === other.box[place])) {
        found.push(
          finding('box-several-classes', spot, `the box of line ${other.line}, of class ${other.classId} there`),
        );
      } else continue;
      // The first earlier row says enough.
      break;
    }
  }
  return found;
}
