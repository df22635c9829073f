/** What is known of the water of one bin; null is not known, and stays so. */
export interface BinMetadata {
  /** Decimal degrees. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Metres. */
  readonly depth: number | null;
  /** Of the water, degrees Celsius. */
  readonly temperature: number | null;
  /** Practical salinity. */
  readonly salinity: number | null;
  /** Millilitres the instrument took in, and those of them it saw. */
  readonly volumeSampledMl: number | null;
  readonly volumeImagedMl: number | null;
  /** How many times the sample was concentrated before. */
  readonly concentration: number | null;
  readonly station: string | null;
  readonly sampleType: string | null;
  readonly cruise: string | null;
  /** The event in the log of the ship. */
  readonly r2rEvent: string | null;
  /** Bits, see `flagBits`. */
  readonly flag: number | null;
}

/** Metadata of which nothing is known. */
export const unknownMetadata: BinMetadata = {
  latitude: null,
  longitude: null,
  depth: null,
  temperature: null,
  salinity: null,
  volumeSampledMl: null,
  volumeImagedMl: null,
  concentration: null,
  station: null,
  sampleType: null,
  cruise: null,
  r2rEvent: null,
  flag: null,
};

/** The quantities that change with time along a track. */
export const measuredAlong = ['latitude', 'longitude', 'depth', 'temperature', 'salinity'] as const;

/** Names that columns have in the tables of the field, without case and punctuation; the first is what is written. */
export const columnNames: { readonly [name in keyof BinMetadata]: readonly string[] } = {
  latitude: ['latitude', 'lat', 'y', 'gpslatitude'],
  longitude: ['longitude', 'lon', 'lng', 'x', 'gpslongitude'],
  depth: ['depth', 'depthm', 'measurementdepth'],
  // `temperatureC` of qc.csv is that of the instrument, not of the water.
  temperature: ['temperature', 'watertemperature', 'sst', 'wt'],
  salinity: ['salinity', 'sal', 'sss'],
  volumeSampledMl: ['volume_sampled_ml', 'volumesampled', 'volumesamplerequested'],
  volumeImagedMl: ['ml_analyzed', 'mlbest', 'volumeimagedml', 'volumeimaged'],
  concentration: ['concentration'],
  station: ['station', 'stationid'],
  sampleType: ['sample_type', 'type'],
  cruise: ['cruise'],
  r2rEvent: ['r2r_event'],
  flag: ['flag', 'flags'],
};

/** Names of the column that says which bin a row is about. */
export const binNames = ['bin', 'pid', 'lid', 'binid', 'sample', 'sampleid', 'id', 'filename'];

/** A column's name without case and punctuation. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/**
 * A number of a table as one of these quantities; undefined for a text that is none, and for a place not on earth.
 * Longitudes from 180 to 360, as ships of the Pacific write them, become those west of Greenwich.
 */
export function quantityOf(name: string, text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value) || (name === 'latitude' && Math.abs(value) > 90)) return undefined;
  if (name !== 'longitude' || Math.abs(value) <= 180) return value;
  return value > 180 && value <= 360 ? value - 360 : undefined;
}
