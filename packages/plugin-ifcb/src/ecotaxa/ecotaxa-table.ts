import { imageName, parseBinId } from '../bins/bin-id.ts';
import type { BinMetadata } from '../metadata/bin-metadata.ts';
import type { Particle } from '../publish/particle.ts';

/** A column: its name, `t` for text or `f` for a number, and what stands in it. */
type Column = readonly [name: string, type: 't' | 'f', value: string | number | null];

export interface EcotaxaOf {
  readonly bin: string;
  readonly particles: readonly Particle[];
  readonly metadata: BinMetadata;
}

export interface EcotaxaSettings {
  /** In object_link before the image; null leaves the column out. */
  readonly linkUrl: string | null;
  readonly pixelsPerUm: number;
}

/**
 * The table of a bin as EcoTaxa imports it: names, then types, then one row an image, by tabs. Dates and times are texts,
 * so that `093804` keeps its zero. A column of which nothing is known is left out: no position is made up.
 */
export function ecotaxaTable(of: EcotaxaOf, settings: EcotaxaSettings): string {
  const rows = of.particles.map((particle) => columnsOf(particle, of, settings));
  const known = (rows[0] ?? []).flatMap((_, at) => (rows.some((row) => row[at]![2] !== null) ? [at] : []));
  const head = known.map((at) => rows[0]![at]!);
  return [...headOf(head), ...rows.map((row) => lineOf(known.map((at) => row[at]![2])))].join('');
}

/** What one particle adds to the table at the most, in bytes: its row, and the two lines above all rows. */
export function tableBytes(
  particle: Particle,
  of: Omit<EcotaxaOf, 'particles'>,
  settings: EcotaxaSettings,
): { readonly row: number; readonly head: number } {
  const columns = columnsOf(particle, of, settings);
  return {
    row: Buffer.byteLength(lineOf(columns.map(([, , value]) => value))),
    head: Buffer.byteLength(headOf(columns).join('')),
  };
}

function headOf(columns: readonly Column[]): readonly string[] {
  return [lineOf(columns.map(([name]) => name)), lineOf(columns.map(([, type]) => `[${type}]`))];
}

function lineOf(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join('\t')}\n`;
}

function columnsOf(
  { roi, class: classed, ...sizes }: Particle,
  { bin, metadata }: Omit<EcotaxaOf, 'particles'>,
  { linkUrl, pixelsPerUm }: EcotaxaSettings,
): readonly Column[] {
  const id = parseBinId(bin);
  const [day = '', clock = ''] = new Date(id?.startMs ?? 0).toISOString().split('T');
  const size = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const name = imageName(bin, roi);
  return [
    ['img_file_name', 't', `${name}.png`],
    ['object_id', 't', name],
    ['object_lat', 'f', metadata.latitude],
    ['object_lon', 'f', metadata.longitude],
    ['object_date', 't', day.replaceAll('-', '')],
    ['object_time', 't', clock.slice(0, 8).replaceAll(':', '')],
    ['object_link', 't', linkUrl === null ? null : `${linkUrl}${name}`],
    ['object_depth_min', 'f', metadata.depth],
    ['object_depth_max', 'f', metadata.depth],
    ['object_annotation_category', 't', classed?.name ?? null],
    ['object_annotation_status', 't', classed === undefined ? null : 'predicted'],
    ['object_score', 'f', size(classed?.score ?? Number.NaN)],
    ['object_roi_number', 'f', roi],
    ['object_area', 'f', size(sizes.area)],
    ['object_biovolume', 'f', size(sizes.biovolume)],
    ['object_major_axis_length', 'f', size(sizes.majorAxis)],
    ['object_minor_axis_length', 'f', size(sizes.minorAxis)],
    ['object_max_feret_diameter', 'f', size(sizes.maxFeret)],
    ['object_min_feret_diameter', 'f', size(sizes.minFeret)],
    ['sample_id', 't', bin],
    ['sample_cruise', 't', metadata.cruise],
    ['sample_station', 't', metadata.station],
    ['sample_type', 't', metadata.sampleType],
    ['sample_salinity', 'f', metadata.salinity],
    ['sample_temperature', 'f', metadata.temperature],
    ['sample_flag', 'f', metadata.flag],
    ['acq_id', 't', `acq_${bin}`],
    ['acq_instrument', 't', `IFCB${id?.instrument ?? ''}`],
    ['acq_volume_imaged_ml', 'f', metadata.volumeImagedMl],
    ['process_id', 't', `process_${bin}`],
    ['process_pixel_per_um', 'f', pixelsPerUm],
  ];
}

// Tabs and line ends would be cells and rows of their own.
function cellOf(value: string | number | null): string {
  return value === null ? '' : String(value).replaceAll(/\s+/g, ' ');
}
