import type { ParquetRow, SchemaElement } from 'hyparquet';
import { type Cell, writeCsv } from './csv.ts';
import { tableFailures } from './table-failures.ts';

/** `integer` is 64-bit in Parquet and a safe integer here; `number` is a double. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** A tidy table: one row a thing, one column a property, every value of its column's type or null. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly [column: string]: string | number | boolean | null }[];
}

/** Returns the table as CSV text with formulas escaped; throws `table.value-invalid` for a value of the wrong type. */
export function tableToCsv(table: Table): string {
  checkTypes(table);
  const rows = table.rows as Iterable<{ readonly [column: string]: Cell }>;
  return [...writeCsv(rows, { columns: table.columns.map(({ name }) => name) })].join('');
}

const parquetTypes = { text: 'STRING', integer: 'INT64', number: 'DOUBLE', boolean: 'BOOLEAN' } as const;

/**
 * Returns the table as a Parquet file (Snappy, every column nullable); equal tables are equal bytes.
 *
 * Throws `table.value-invalid` for a value of the wrong type.
 */
export async function tableToParquet(table: Table): Promise<Uint8Array> {
  checkTypes(table);
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = table.columns.map(({ name, type }) => ({
    name,
    type: parquetTypes[type],
    data: table.rows.map((row) => {
      const value = row[name] ?? null;
      return type === 'integer' && value !== null ? BigInt(value) : value;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/**
 * Reads a Parquet file of flat columns, ours or any other writer's (uncompressed or Snappy).
 *
 * Integers of all widths become `integer`, decimals, dates and times `text` (a time of day as its count of units). Throws `table.parquet-invalid`, also for a
 * column that is nested or an integer beyond 2^53.
 */
export async function tableFromParquet(bytes: Uint8Array): Promise<Table> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const metadata = await parquetMetadataAsync({
      byteLength: file.byteLength,
      slice: (start, end) => file.slice(start, end),
    });
    const columns = metadata.schema.slice(1).map((element): Column => {
      if (element.num_children !== undefined) throw new Error(`column '${element.name}' is nested`);
      return { name: element.name, type: typeOf(element) };
    });
    const found: readonly ParquetRow[] = await parquetReadObjects({ file, metadata });
    const rows = found.map((row) =>
      Object.fromEntries(columns.map((column) => [column.name, plainValue(row[column.name], column)])),
    );
    return { columns, rows };
  } catch (error) {
    throw tableFailures['parquet-invalid']({ why: error instanceof Error ? error.message : String(error) });
  }
}

/** By what the values mean: decimals, dates and times are kept as integers too. */
function typeOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): ColumnType {
  const meant = `${logical?.type ?? ''} ${converted ?? ''}`;
  if (/DECIMAL|DATE|TIME/.test(meant) || type === 'INT96') return 'text';
  if (type?.startsWith('INT')) return 'integer';
  if (type === 'DOUBLE' || type === 'FLOAT') return 'number';
  return type === 'BOOLEAN' ? 'boolean' : 'text';
}

function plainValue(value: unknown, column: Column): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    if (column.type === 'text') return String(value);
    if (!Number.isSafeInteger(Number(value)))
      throw new Error(`column '${column.name}' has an integer beyond 2^53: ${value}`);
    return Number(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return column.type === 'text' ? String(value) : value;
  throw new Error(`column '${column.name}' has values that are no text, number or boolean`);
}

function checkTypes({ columns, rows }: Table): void {
  for (const [index, row] of rows.entries()) {
    for (const { name, type } of columns) {
      const value = row[name] ?? null;
      if (value === null || fits(value, type)) continue;
      throw tableFailures['value-invalid']({ column: name, row: index + 1, type, found: JSON.stringify(value) });
    }
  }
}

function fits(value: string | number | boolean, type: ColumnType): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === { text: 'string', number: 'number', boolean: 'boolean' }[type];
}
