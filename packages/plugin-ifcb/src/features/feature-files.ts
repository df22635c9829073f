import { writeCsv } from '@dataset-runner/kit/csv';
import type { Table } from '@dataset-runner/kit/table';
import { blobColumns } from './blob-features.ts';
import { featureColumns, type Measured, type RoiFeatures } from './roi-features.ts';

/** The features of a bin as `<bin>_features_v4.csv`: ten significant digits, NaN an empty cell. */
export function featuresCsv(rows: readonly RoiFeatures[]): string {
  return csvOf(featureColumns, rows);
}

/** Every blob of the images that have several, as `<bin>_multiblob_v4.csv`; the header alone when there are none. */
export function multiblobCsv(images: readonly Measured[]): string {
  const rows = images.flatMap(({ row, blobs }) =>
    blobs.length < 2
      ? []
      : blobs.map((blob, index) => ({ roi_number: row.roi_number, blob_number: index + 1, ...blob })),
  );
  return csvOf(['roi_number', 'blob_number', ...blobColumns], rows);
}

/** The same columns as a table, at full precision. */
export function featuresTable(rows: readonly RoiFeatures[]): Table {
  const whole = ['roi_number', 'Area', 'BoundingBox_xwidth', 'BoundingBox_ywidth', 'numBlobs', 'summedArea'];
  return {
    columns: featureColumns.map((name) => ({ name, type: whole.includes(name) ? 'integer' : 'number' })),
    rows: rows.map((row) =>
      Object.fromEntries(featureColumns.map((name) => [name, Number.isNaN(row[name]) ? null : row[name]])),
    ),
  };
}

function csvOf<N extends string>(columns: readonly N[], rows: readonly { readonly [name in N]: number }[]): string {
  const texts = rows.map(
    (row) => Object.fromEntries(columns.map((name) => [name, tenDigits(row[name])])) as { [name in N]: string },
  );
  return [...writeCsv(texts, { columns })].join('');
}

/** A number as C's `%.10g` writes it, NaN as nothing. */
export function tenDigits(value: number): string {
  if (Number.isNaN(value)) return '';
  if (value === 0) return '0';
  const [digits = '', power = '0'] = value.toExponential(9).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 10) return trimZeros(value.toFixed(9 - exponent));
  const sign = exponent < 0 ? '-' : '+';
  return `${trimZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
