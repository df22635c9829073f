import { overEdge } from './check-boxes.ts';
import { lineEnd, numberOf, readLabel, type LabelShape } from './read-label.ts';

/**
 * The text of a label file without what can be put right and stay true: byte marks, Windows line ends, rows that stand
 * twice, a confidence column, `1.0` for `1`, boxes cut at the edge of the image. Undefined when there is nothing to do.
 *
 * Rows that cannot be read stay as they are: only a person knows what they should say.
 */
export function fixLabel(bytes: Uint8Array, shape: LabelShape): string | undefined {
  const raw = Buffer.from(bytes).toString('utf8');
  const lines = raw
    .replace(/^\uFEFF/, '')
    .replaceAll('\0', '')
    .split(lineEnd);
  const polygons = shape.keypoints !== undefined || lines.some((line) => columnsOf(line).length > 6);
  const seen = new Set<string>();
  const kept = lines.flatMap((line) => {
    const columns = columnsOf(line);
    if (columns.length === 0) return [line];
    const fixed = polygons ? line : fixBox(line, columns, shape);
    const name = nameOf(columnsOf(fixed));
    if (seen.has(name)) return [];
    seen.add(name);
    return [fixed];
  });
  const text = kept.join('\n');
  return text === raw ? undefined : text;
}

function columnsOf(line: string): string[] {
  return line.trim() === '' ? [] : line.trim().split(/\s+/);
}

/** What a row says: its numbers, so that `.50` is `.5`; its text where it cannot be read. */
function nameOf(columns: readonly string[]): string {
  const values = columns.map(numberOf);
  return (values.every(Number.isFinite) ? values : columns).join(' ');
}

function fixBox(line: string, columns: readonly string[], shape: LabelShape): string {
  const [classText = '', ...rest] = columns.slice(0, 5);
  const shorter = [classText.replace(/^(\d+)\.0*$/, '$1'), ...rest].join(' ');
  const [row] = readLabel(Buffer.from(shorter), shape).rows;
  if (row === undefined) return columns.length === 6 ? shorter : line;
  const uncut = shorter === columns.join(' ') ? line : shorter;
  if (overEdge(row.box) === 0) return uncut;
  const [x, y, width, height] = row.box;
  const edge = (value: number): number => Math.min(1, Math.max(0, value));
  const [x1, y1, x2, y2] = [edge(x - width / 2), edge(y - height / 2), edge(x + width / 2), edge(y + height / 2)];
  const box = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((value) => value.toFixed(6));
  // Of a box that lies outside nothing would be left: what was meant is not known.
  return Number(box[2]) > 0 && Number(box[3]) > 0 ? [row.classId, ...box].join(' ') : uncut;
}
