import { defineTask, fileRef, refUrl, storeUrl, z } from '@dataset-runner/core/plugin';
import { binParams } from '../params.ts';
import { listBins } from '../plan/list-bins.ts';
import { checkBin } from '../steps/check-bin.ts';
import { writeQc } from '../steps/write-qc.ts';

/** What is wrong with raw bins, before days of work go into them; and how much water each one saw. */
export const qc = defineTask({
  summary: 'Judge raw bins and compute the volume each one analysed: CSV, Parquet and a page',
  examples: ['runner run ifcb:qc ./raw --out ./qc'],
  params: z.object({
    ...binParams,
    out: storeUrl().describe('Where qc.csv, qc.parquet and qc.html are written').meta({ short: 'o' }),
    maxImages: z.int().min(1).default(20_000).describe('More images than this are advised of'),
    maxHumidity: z.number().default(60).describe('Humidity in the instrument above this is advised of, %'),
    maxTemperature: z.number().default(45).describe('Temperature in the instrument above this is advised of, C'),
    maxFixAgeH: z.number().min(0).default(24).describe('A position older than this is advised of, hours'),
  }),
  outputs: z.object({
    bins: z.int(),
    failed: z.int(),
    advised: z.int(),
    csv: fileRef(),
    parquet: fileRef(),
    html: fileRef(),
  }),
  steps: { checkBin, writeQc },

  async run({ params, map, once, store, log }) {
    const { bins: from, folders, corrections, out, ...limits } = params;
    // 1. Put the files together into bins.
    const bins = await listBins({ store, log }, { bins: from, folders, corrections });
    // 2. Judge each by its header, its rows and the size of its images.
    const checked = map(checkBin, bins, { uses: limits });
    // 3. Write the tables and the page.
    return once(writeQc, { checked }, { into: out });
  },

  render: ({ bins, failed, advised, html }) =>
    `${bins} bins: ${failed} failed, ${advised} with advisories: ${refUrl(html)}`,
});
