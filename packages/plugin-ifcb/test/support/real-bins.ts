import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { skip } from '../../../../test/support/skip.ts';

const data = join(process.env['RUNNER_TEST_DATA'] ?? '', 'ifcb');

/** The folder of real test data, or the running test is skipped with the reason. */
export function realData(ctx: Context, ...parts: readonly string[]): string {
  if (process.env['RUNNER_TEST_DATA'] === undefined) skip(ctx, 'RUNNER_TEST_DATA is not set');
  const path = join(data, ...parts);
  if (!existsSync(path)) skip(ctx, `${path} does not exist`);
  return path;
}

/** The two real bins of the test data, by id: their path below `raw/test_data`, without extension. */
export const realBins: { readonly [id: string]: string } = {
  IFCB5_2012_028_081515: 'data/2012/IFCB5_2012_028/IFCB5_2012_028_081515',
  D20130526T095207_IFCB013: 'white/D2013/D201305/D20130526/D20130526T095207_IFCB013',
};

/** What independent programs made of the two bins; only what tests ask of it. */
export interface Oracle {
  readonly [id: string]: {
    readonly adc_rows: number;
    readonly n_triggers: number;
    readonly rois: readonly {
      readonly target: number;
      readonly trigger: number;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly start_byte: number;
      readonly sha256: string;
    }[];
    readonly stitched: {
      readonly [target: string]: {
        readonly pair: readonly [number, number];
        readonly width: number;
        readonly height: number;
        readonly gap_pixels: number;
        readonly fill_value: number;
        readonly sha256: string;
      };
    };
    readonly ml?: VolumeFacts;
    readonly ml_hdr?: VolumeFacts;
    readonly ml_adc?: VolumeFacts;
    readonly ml_best?: VolumeFacts;
  };
}

interface VolumeFacts {
  readonly ml_analyzed: number;
  readonly look_time: number;
  readonly run_time: number;
  readonly inhibit_time?: number;
}

export function readOracle(ctx: Context): Oracle {
  return JSON.parse(readFileSync(realData(ctx, 'oracle', 'bins_oracle.json'), 'utf8')) as Oracle;
}
