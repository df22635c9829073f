import { csvTable } from '@dataset-runner/kit/csv-rows';
import { parseImageName } from '../bins/bin-id.ts';
import { placeOf } from '../metadata/read-metadata.ts';
import { publishFailures } from './failures.ts';

/** One imaged particle: sizes in pixels, and what it was taken for. */
export interface Particle {
  /** The image's number. */
  readonly roi: number;
  readonly area: number;
  /** Cubic pixels. */
  readonly biovolume: number;
  readonly majorAxis: number;
  readonly minorAxis: number;
  /** NaN in tables that do not have them. */
  readonly maxFeret: number;
  readonly minFeret: number;
  readonly class?: Classed | undefined;
}

/** What a classifier said of an image. */
export interface Classed {
  /** The class, or `unclassified`. */
  readonly name: string;
  /** The class with the highest score. */
  readonly auto: string;
  readonly score: number;
}

const sizes = {
  area: ['Area'],
  biovolume: ['Biovolume'],
  majorAxis: ['MajorAxisLength'],
  minorAxis: ['MinorAxisLength'],
  maxFeret: ['maxFeretDiameter'],
  minFeret: ['minFeretDiameter'],
} as const;

/**
 * Reads a table of features: `<bin>_features_v4.csv` by its numbers, or `<bin>_ml.csv`, whose rows are those of `images`
 * in the order of their numbers, because the table names none.
 *
 * Classes are joined by the image's number, never by the row. Throws `ifcb.metadata-column`, `ifcb.features-invalid` and
 * `ifcb.ml-rows`.
 */
export function readParticles(input: Uint8Array, { file, images, classes }: ParticleOptions): readonly Particle[] {
  const { columns, rows: lazy } = csvTable(input, { file });
  const rows = [...lazy];
  const number = placeOf(columns, ['roi_number']);
  if (number < 0 && images === undefined)
    throw publishFailures['metadata-column']({ file, wanted: ['roi_number'], found: columns });
  if (number < 0 && images!.length !== rows.length)
    throw publishFailures['ml-rows']({ file, rows: rows.length, images: images!.length });
  const places = Object.entries(sizes).map(([name, names]) => [name, placeOf(columns, names)] as const);
  for (const [name, at] of places)
    if (at < 0 && !name.endsWith('Feret'))
      throw publishFailures['metadata-column']({ file, wanted: sizes[name as keyof typeof sizes], found: columns });
  const seen = new Set<number>();
  return rows.map(({ line, cells }, row) => {
    const roi = number < 0 ? images![row]! : Number(cells[number]);
    const why =
      !Number.isSafeInteger(roi) || roi < 1 ? `'${cells[number]}' is no number of an image` : `image ${roi} again`;
    if (why.startsWith("'") || seen.has(roi)) throw publishFailures['features-invalid']({ file, line, why });
    seen.add(roi);
    const values = Object.fromEntries(places.map(([name, at]) => [name, numberOf(cells[at])]));
    return { roi, ...(values as Omit<Particle, 'roi' | 'class'>), class: classes?.get(roi) };
  });
}

export interface ParticleOptions {
  readonly file: string;
  /** Numbers of the images beside a `<bin>_ml.csv`, rising. */
  readonly images?: readonly number[] | undefined;
  readonly classes?: ReadonlyMap<number, Classed> | undefined;
}

function numberOf(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text);
}

/** The numbers of a bin's images among file names, rising. */
export function imageNumbers(bin: string, keys: readonly string[]): readonly number[] {
  return keys
    .flatMap((key) => {
      const named = parseImageName(key.slice(key.lastIndexOf('/') + 1));
      return named?.bin === bin ? [named.target] : [];
    })
    .sort((a, b) => a - b);
}
