import { finding, type Finding } from './rules.ts';

/** What the label files of a set hold. */
export interface LabelShape {
  readonly file: string;
  /** Undefined when `data.yaml` says nothing of classes. */
  readonly classCount?: number | undefined;
  /** Of pose sets: points and values for each (x, y and perhaps visibility). */
  readonly keypoints?: { readonly points: number; readonly values: number } | undefined;
}

/** A row that can be read; the box is centre x, centre y, width, height. */
export interface LabelRow {
  readonly line: number;
  readonly classId: number;
  readonly box: readonly [number, number, number, number];
  /** All of its columns, the class first. */
  readonly values: readonly number[];
}

export interface LabelRead {
  readonly rows: readonly LabelRow[];
  readonly findings: readonly Finding[];
}

interface Cell {
  readonly text: string;
  /** 1-based. */
  readonly column: number;
}

// What Ultralytics forgives: coordinates from -0.01 to 1.01.
const tolerance = 0.01;

/** Python's: a lone CR ends a line too. */
export const lineEnd = /\r\n?|\n/;

/** Reads a label file as Ultralytics does, row by row, and says of each row why it would not be learnt as it was meant. */
export function readLabel(bytes: Uint8Array, shape: LabelShape): LabelRead {
  const raw = Buffer.from(bytes).toString('utf8');
  const findings: Finding[] = byteFindings(raw, shape.file);
  const lines = withoutMark(raw).replaceAll('\0', ' ').split(lineEnd);
  const split = lines.map(cellsOf);
  const isPolygons = shape.keypoints === undefined && split.some((cells) => cells.length > 6);
  const rows: LabelRow[] = [];
  for (const [index, cells] of split.entries()) {
    if (cells.length === 0) continue;
    const at = (cell: Cell | undefined) => ({ file: shape.file, line: index + 1, column: cell?.column ?? 1 });
    const fault = (code: Finding['code'], message: string, cell?: Cell): void =>
      void findings.push(finding(code, at(cell), message));
    const values = cells.map(({ text }) => numberOf(text));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) fault('label-number', `'${cells[bad]!.text}' is no finite number`, cells[bad]);
    else if (hasShape(cells, { shape, isPolygons, fault }) && isInRange(values, cells, { shape, fault })) {
      const box = isPolygons ? boxAround(values.slice(1)) : (values.slice(1, 5) as unknown as LabelRow['box']);
      if (box[2] <= 0 || box[3] <= 0) fault('box-empty', `a box of ${box[2]} x ${box[3]} has no area`, cells[3]);
      else rows.push({ line: index + 1, classId: values[0]!, box, values });
    }
  }
  return { rows, findings };
}

/** NaN for what Python reads as no number. */
export function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

// Editors show no byte order mark, and so it is no column.
function withoutMark(raw: string): string {
  return raw.replace(/^\uFEFF/, '');
}

function byteFindings(raw: string, file: string): Finding[] {
  const marks = [
    ['\uFEFF', 'a byte order mark'],
    ['\0', 'a NUL byte'],
    ['\r', 'a Windows or Mac line end'],
  ] as const;
  return marks.flatMap(([mark, what]) => {
    const text = mark === '\uFEFF' ? raw : withoutMark(raw);
    const at = text.indexOf(mark);
    if (at < 0) return [];
    const before = text.slice(0, at);
    const spot = {
      file,
      line: before.split(lineEnd).length,
      column: at - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')),
    };
    return [finding('label-bytes', spot, `the file has ${what}`)];
  });
}

function cellsOf(line: string): Cell[] {
  return [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }));
}

interface Checked {
  readonly shape: LabelShape;
  readonly fault: (code: Finding['code'], message: string, cell?: Cell) => void;
}

function hasShape(
  cells: readonly Cell[],
  { shape: { keypoints }, isPolygons, fault }: Checked & { readonly isPolygons: boolean },
): boolean {
  const count = cells.length;
  if (keypoints !== undefined) {
    const wanted = 5 + keypoints.points * keypoints.values;
    if (count !== wanted)
      fault('label-columns', `${count} columns where a pose has ${wanted}`, cells[Math.min(count, wanted) - 1]);
    return count === wanted;
  }
  if (!isPolygons) {
    if (count === 6) fault('label-confidence', 'a sixth column: this is a prediction, no label', cells[5]);
    else if (count !== 5) fault('label-columns', `${count} columns where a box has 5`, cells.at(-1));
    return count === 5;
  }
  if (count === 5)
    fault('label-mixed', 'a box among polygons: Ultralytics takes it for a polygon of two points', cells[0]);
  else if (count % 2 === 0) fault('polygon-points', `${count - 1} coordinates: one point has only half`, cells.at(-1));
  else if (count < 7) fault('polygon-points', `${(count - 1) / 2} points are no polygon`, cells.at(-1));
  return count >= 7 && count % 2 === 1;
}

function isInRange(
  values: readonly number[],
  cells: readonly Cell[],
  { shape: { classCount, keypoints }, fault }: Checked,
): boolean {
  const classId = values[0]!;
  if (!Number.isInteger(classId)) {
    fault('class-not-integer', `class ${cells[0]!.text} is no whole number`, cells[0]);
    return false;
  }
  if (classId < 0 || (classCount !== undefined && classId >= classCount)) {
    fault('class-range', `class ${classId} is not among the ${classCount ?? 0} names`, cells[0]);
    return false;
  }
  const isVisibility = (place: number): boolean => keypoints?.values === 3 && place >= 5 && (place - 5) % 3 === 2;
  // Negative sizes are empty boxes and not places outside.
  const isSize = (place: number): boolean =>
    (place === 3 || place === 4) && (keypoints !== undefined || values.length === 5);
  const outside = values.findIndex(
    (value, place) =>
      place > 0 && ((value > 1 + tolerance && !isVisibility(place)) || (value < -tolerance && !isSize(place))),
  );
  if (outside < 0) return true;
  fault('coordinate-range', `${cells[outside]!.text} is outside 0 to 1`, cells[outside]);
  return false;
}

function boxAround(points: readonly number[]): LabelRow['box'] {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [place, value] of points.entries()) {
    if (place % 2 === 0) [left, right] = [Math.min(left, value), Math.max(right, value)];
    else [top, bottom] = [Math.min(top, value), Math.max(bottom, value)];
  }
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}
