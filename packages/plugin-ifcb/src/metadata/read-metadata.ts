import { csvTable } from '@dataset-runner/kit/csv-rows';
import { publishFailures } from '../publish/failures.ts';
import { type BinMetadata, binNames, columnNames, plain, quantityOf, unknownMetadata } from './bin-metadata.ts';
import { unescaped } from '../publish/unescaped.ts';
import { flagBits } from './flag-bits.ts';

/** Metadata by bin. */
export type MetadataTable = ReadonlyMap<string, BinMetadata>;

const texts: readonly string[] = ['station', 'sampleType', 'cruise', 'r2rEvent'];

/**
 * Reads a table that says things about bins, under any of the names its columns usually have (`lat`, `Latitude`, `y`).
 *
 * Of two columns for one thing the first name of `columnNames` counts. Cells that are empty, NaN or -9999 are null.
 * Throws `ifcb.metadata-column` without a column for the bin, and `ifcb.metadata-value`.
 */
export function readMetadata(input: string | Uint8Array, { file }: { readonly file: string }): MetadataTable {
  const { columns, rows } = csvTable(input, { file });
  const bin = placeOf(columns, binNames);
  if (bin < 0) throw publishFailures['metadata-column']({ file, wanted: binNames, found: columns });
  const cells = metadataCells(columns, file);
  const table = new Map<string, BinMetadata>();
  for (const row of rows) {
    // `filename` may be a path, with an ending.
    const id = (row.cells[bin] ?? '').trim().replace(/^.*[\\/]|\.\w+$/g, '');
    table.set(id, merge(table.get(id), cells(row)));
  }
  return table;
}

/** How the cells of a table become metadata. */
function metadataCells(
  columns: readonly string[],
  file: string,
): (row: { readonly line: number; readonly cells: readonly string[] }) => BinMetadata {
  const places = Object.entries(columnNames).map(([name, names]) => [name, placeOf(columns, names)] as const);
  return ({ line, cells }) => ({
    ...unknownMetadata,
    ...Object.fromEntries(
      places.map(([name, at]) => {
        const value = cells[at]?.trim() ?? '';
        if (isNothing(value)) return [name, null];
        const read = texts.includes(name)
          ? unescaped(value)
          : name === 'flag'
            ? flagBits(value)
            : quantityOf(name, value);
        if (read === undefined) throw publishFailures['metadata-value']({ file, line, column: columns[at]!, value });
        return [name, read];
      }),
    ),
  });
}

/** Whether a cell says that nothing is known. */
export function isNothing(cell: string): boolean {
  return /^(|nan|na|n\/a|null|none|-9999(\.0*)?)$/i.test(cell);
}

/** Where one of the names stands, the first of them first; -1 when none does. */
export function placeOf(columns: readonly string[], names: readonly string[]): number {
  const plains = columns.map(plain);
  for (const name of names) {
    const at = plains.indexOf(plain(name));
    if (at >= 0) return at;
  }
  return -1;
}

/** What the first knows, and where it knows nothing, what the second does; a position is of one of them, where one has it whole. */
export function merge(first: BinMetadata | undefined, second: BinMetadata): BinMetadata {
  if (first === undefined) return second;
  const merged = Object.fromEntries(
    Object.entries(first).map(([name, value]) => [name, value ?? second[name as keyof BinMetadata]]),
  ) as unknown as BinMetadata;
  // Half a position of each would be a place where nobody was.
  const whole = [first, second].find(({ latitude, longitude }) => latitude !== null && longitude !== null);
  return whole === undefined ? merged : { ...merged, latitude: whole.latitude, longitude: whole.longitude };
}
