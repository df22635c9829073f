import { defineTask, fileRef, refUrl, storeUrl, z } from '@dataset-runner/core/plugin';
import { binsNamedIn } from '../plan/bins-named-in.ts';
import { ifcbFailures } from '../failures.ts';
import { joinTables } from '../steps/join-tables.ts';

/** Where and in what water each bin was taken. A position nobody measured is left empty, never made up. */
export const metadata = defineTask({
  summary: 'Join position, salinity, temperature, depth, volume and flags to bins: by bin, and by time along a track',
  examples: ['runner run ifcb:metadata ./raw --tables ./stations.csv,./qc/qc.csv --track ./gps.csv --out ./metadata'],
  params: z.object({
    bins: storeUrl().describe('Files named for bins: raw bins, features or images').meta({ positional: true }),
    tables: z
      .array(fileRef())
      .default([])
      .describe('Tables with a row for each bin; the first that knows a thing counts'),
    track: fileRef().optional().describe('Positions and measurements by time; read between the points around a bin'),
    dates: z
      .enum(['day-first', 'month-first'])
      .optional()
      .describe('What 05/01/2024 is in the track; another row that can be read in one way alone tells it, too'),
    maxGapMin: z.number().positive().default(60).describe('Points of the track further apart say nothing, minutes'),
    out: storeUrl().describe('Where metadata.csv is written').meta({ short: 'o' }),
  }),
  outputs: z.object({ bins: z.int(), withoutPosition: z.int(), csv: fileRef() }),
  steps: { joinTables },

  async run({ params, once, store }) {
    const { bins: from, tables, track, dates = null, maxGapMin, out } = params;
    // 1. See which bins there are.
    const bins = await binsNamedIn({ store }, from);
    if (bins.length === 0) throw ifcbFailures['no-bins']({ place: from, leftOut: '' });
    // 2. Join the tables by bin, and the track by time.
    return once(joinTables, { bins, tables, track: track ?? null, maxGapMin, dates }, { into: out });
  },

  render: ({ bins, withoutPosition, csv }) =>
    `${bins} bins in ${refUrl(csv)}` + (withoutPosition === 0 ? '' : `; ${withoutPosition} without a position`),
});
