import { ifcbFailures } from '../failures.ts';
import type { BinStyle } from './bin-id.ts';

/** Columns of the two kinds of .adc files, in the order of the file; our names, one for each meaning. */
export const adcColumns = {
  v1: [
    'trigger',
    'processingEndTime',
    'fluorescenceLow',
    'fluorescenceHigh',
    'scatteringLow',
    'scatteringHigh',
    'comparatorPulse',
    'triggerOpenTime',
    'frameGrabTime',
    'roiX',
    'roiY',
    'roiWidth',
    'roiHeight',
    'startByte',
    'valveStatus',
  ],
  v2: [
    'trigger',
    'adcTime',
    'pmtA',
    'pmtB',
    'pmtC',
    'pmtD',
    'peakA',
    'peakB',
    'peakC',
    'peakD',
    'timeOfFlight',
    'grabTimeStart',
    'grabTimeEnd',
    'roiX',
    'roiY',
    'roiWidth',
    'roiHeight',
    'startByte',
    'comparatorOut',
    'startPoint',
    'signalLength',
    'status',
    'runTime',
    'inhibitTime',
  ],
} as const;

/** A column of either kind; times are seconds since the bin began. */
export type AdcColumn = (typeof adcColumns)[BinStyle][number];

/** An image of a bin: where it was in the camera's field and where its pixels lie in the .roi file. */
export interface RoiBox {
  /** The 1-based line of the .adc file; rows without an image take a number too. */
  readonly target: number;
  readonly trigger: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** First byte in the .roi file. */
  readonly start: number;
}

/** An .adc file: one row for each image, or for a trigger without one. */
export interface Adc {
  readonly style: BinStyle;
  /** What failures call it. */
  readonly file: string;
  readonly rowCount: number;
  /** Rows with an image, in file order. */
  readonly boxes: readonly RoiBox[];
  /** The trigger of the last row, 0 in an empty file. */
  readonly triggerCount: number;
  /** All values of a column by row; undefined when the file has no such column. Not to be changed. */
  column(name: AdcColumn): Float64Array | undefined;
}

export interface AdcOptions {
  readonly style: BinStyle;
  /** What failures call the file. */
  readonly file: string;
  /** The header's `ADCFileFormat`; without it v2 columns are told by their place. */
  readonly format?: string;
}

// Without these no image can be cut out.
const boxColumns = ['trigger', 'roiX', 'roiY', 'roiWidth', 'roiHeight', 'startByte'] as const;
const lineFeed = 10;

/**
 * Reads an .adc file of either style.
 *
 * Throws `ifcb.adc-invalid` with line and byte for a row cut short and for a box that is not made of whole numbers. Other
 * cells that hold no number are NaN.
 */
export function parseAdc(bytes: Uint8Array, { style, file, format }: AdcOptions): Adc {
  const places = columnPlaces(style, format);
  const lines = linesOf(bytes);
  // A row with fewer cells than the first was cut, even where what is left still reads as a box.
  const wanted = Math.max(
    ...boxColumns.map((name) => (places.get(name) as number) + 1),
    lines[0]?.text.split(',').length ?? 0,
  );
  const rows = lines.map(({ text, byte }, index) => {
    const cells = text.split(',');
    if (cells.length < wanted)
      throw ifcbFailures['adc-invalid']({
        file,
        line: index + 1,
        byte,
        why: `${cells.length} values, not ${wanted} or more`,
      });
    return cells;
  });
  const columns = new Map<AdcColumn, Float64Array | undefined>();
  const column = (name: AdcColumn): Float64Array | undefined => {
    if (!columns.has(name)) columns.set(name, readColumn(rows, places.get(name)));
    return columns.get(name);
  };
  const box = boxColumns.map((name) => column(name) as Float64Array);
  const boxes: RoiBox[] = [];
  for (const [index, { byte }] of lines.entries()) {
    const values = box.map((values) => values[index] as number);
    const odd = values.findIndex((value) => !Number.isInteger(value));
    if (odd >= 0) {
      const found = (rows[index] as string[])[places.get(boxColumns[odd] as AdcColumn) as number];
      throw ifcbFailures['adc-invalid']({
        file,
        line: index + 1,
        byte,
        why: `${boxColumns[odd]} is '${found}', not a whole number`,
      });
    }
    const [trigger, x, y, width, height, start] = values as [number, number, number, number, number, number];
    if (width > 0 && height > 0) boxes.push({ target: index + 1, trigger, x, y, width, height, start });
  }
  return { style, file, rowCount: rows.length, boxes, triggerCount: box[0]?.at(-1) ?? 0, column };
}

function linesOf(bytes: Uint8Array): { readonly text: string; readonly byte: number }[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: { text: string; byte: number }[] = [];
  for (let byte = 0; byte < file.length; ) {
    const end = file.indexOf(lineFeed, byte);
    const text = file.toString('latin1', byte, end < 0 ? file.length : end).trim();
    // Blank lines are no rows; they were only ever seen at the end.
    if (text !== '') lines.push({ text, byte });
    byte = end < 0 ? file.length : end + 1;
  }
  return lines;
}

function readColumn(rows: readonly (readonly string[])[], place: number | undefined): Float64Array | undefined {
  if (place === undefined || (rows.length > 0 && (rows[0] as readonly string[]).length <= place)) return undefined;
  return Float64Array.from(rows, (cells) => {
    const text = cells[place]?.trim();
    return text === undefined || text === '' ? Number.NaN : Number(text);
  });
}

function columnPlaces(style: BinStyle, format: string | undefined): ReadonlyMap<AdcColumn, number> {
  const places = new Map<AdcColumn, number>(adcColumns[style].map((name, place) => [name, place]));
  if (style === 'v1' || format === undefined) return places;
  // Spelling varies: `ROIwidth`, `RoiWidth`; `start_byte`, `StartByte`. Letters alone tell them apart.
  const named = new Map(format.split(',').map((name, place) => [lettersOf(name), place]));
  const told = boxColumns.map((name) => [name, named.get(lettersOf(name))] as const);
  if (told.every(([, place]) => place !== undefined))
    for (const [name, place] of told) places.set(name, place as number);
  return places;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
