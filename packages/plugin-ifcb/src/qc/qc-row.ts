import type { Column } from '@dataset-runner/kit/table';
import type { Verdict } from './judge.ts';

/** One bin's line of the table; null where the bin does not tell. Volumes are millilitres, times seconds. */
export interface QcRow extends Omit<Verdict, 'advisories'> {
  /** The bin's id. */
  readonly key: string;
  /** When it began, ISO 8601. */
  readonly time: string;
  readonly instrument: number;
  readonly passed: boolean;
  /** Joined by `; `. */
  readonly advisories: string;
  /** Why a file could not be read. */
  readonly problem: string | null;
  readonly triggers: number | null;
  readonly rows: number | null;
  readonly images: number | null;
  readonly roiBytes: number | null;
  readonly mlHeader: number | null;
  readonly runHeaderS: number | null;
  readonly inhibitHeaderS: number | null;
  readonly mlAdc: number | null;
  readonly runAdcS: number | null;
  readonly inhibitAdcS: number | null;
  readonly mlBest: number | null;
  readonly runBestS: number | null;
  readonly inhibitBestS: number | null;
  readonly temperatureC: number | null;
  readonly humidityPercent: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly gpsTime: string | null;
}

/** The table's columns: a row's property each, but `key`, which is called `bin`. */
export const qcColumns: readonly Column[] = [
  { name: 'bin', type: 'text' },
  { name: 'time', type: 'text' },
  { name: 'instrument', type: 'integer' },
  { name: 'passed', type: 'boolean' },
  { name: 'filesComplete', type: 'boolean' },
  { name: 'roiCountMatch', type: 'boolean' },
  { name: 'roiDataComplete', type: 'boolean' },
  { name: 'roiDimsValid', type: 'boolean' },
  { name: 'runtimeConsistent', type: 'boolean' },
  { name: 'volumePlausible', type: 'boolean' },
  { name: 'advisories', type: 'text' },
  { name: 'problem', type: 'text' },
  { name: 'triggers', type: 'integer' },
  { name: 'rows', type: 'integer' },
  { name: 'images', type: 'integer' },
  { name: 'roiBytes', type: 'integer' },
  ...(['Header', 'Adc', 'Best'] as const).flatMap((by): Column[] => [
    { name: `ml${by}`, type: 'number' },
    { name: `run${by}S`, type: 'number' },
    { name: `inhibit${by}S`, type: 'number' },
  ]),
  { name: 'temperatureC', type: 'number' },
  { name: 'humidityPercent', type: 'number' },
  { name: 'latitude', type: 'number' },
  { name: 'longitude', type: 'number' },
  { name: 'gpsTime', type: 'text' },
];
