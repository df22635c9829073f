import type { ClassMap } from './class-map.ts';

/** Somebody who answers for the data. */
export interface Investigator {
  readonly name: string;
  readonly affiliation: string;
  readonly email: string;
}

/** What all files of one submission have in common. */
export interface Submission {
  readonly experiment: string;
  readonly cruise: string;
  readonly dataStatus: 'preliminary' | 'update' | 'final';
  /** 1 for the first time the files are sent, then one more each time. */
  readonly release: number;
  readonly investigators: readonly Investigator[];
  /** Names of documents that go with the files, those made here included. */
  readonly documents: readonly string[];
  readonly archives: readonly { readonly name: string; readonly type: 'raw' | 'planktonic' }[];
  readonly trigger: 'chlorophyll' | 'scattering' | 'both';
  readonly notes: readonly string[];
  readonly pixelsPerUm: number;
  /** What stands before the name of an image, and the ending behind it. */
  readonly mediaUrl: string | null;
  readonly mediaEnding: string;
  readonly classMap: ClassMap;
  /** Where none is known: how the sample was taken, and from what depth in metres. */
  readonly sampleType: string;
  readonly depth: number;
  readonly volumeSampledMl: number;
}

const types: { readonly [sampleType: string]: string } = {
  inline: 'flow_thru',
  underway: 'flow_thru',
  station: 'flow_thru',
  dock: 'bottle',
  niskin: 'bottle',
  cast: 'bottle',
  bottle: 'bottle',
  discrete: 'bottle',
  'micro-layer': 'bottle',
  towfish: 'net_tow',
  zootow: 'net_tow',
  net: 'net_tow',
  beads: 'experimental',
  culture: 'experimental',
  experiment: 'experimental',
};

/** The /data_type of a way of sampling: `inline` is `flow_thru`. What is not known counts as taken while under way. */
export function dataTypeOf(sampleType: string): string {
  return types[sampleType.toLowerCase().replaceAll('in-line', 'inline')] ?? 'flow_thru';
}

/** A text as a header or a file name can hold it: blanks become `_`, what is forbidden there goes. */
export function unspaced(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, '_')
    .replaceAll(/[,'"`[\]{}/\\]/g, '');
}

/** What all files and documents of a submission begin with. */
export function stemOf({ experiment, cruise }: Pick<Submission, 'experiment' | 'cruise'>): string {
  return `${unspaced(experiment)}-${unspaced(cruise)}`;
}
