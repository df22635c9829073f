import { defineTask, storeUrl, z } from '@dataset-runner/core/plugin';
import { binParams } from '../params.ts';
import { listBins } from '../plan/list-bins.ts';
import { extractBin } from '../steps/extract-bin.ts';

/** Raw bins to PNGs: what every other program of the field wants to be given. */
export const extract = defineTask({
  summary: 'Take the images out of raw bins, one folder of PNGs for each bin',
  examples: [
    'runner run ifcb:extract ./raw --out ./images',
    'runner run ifcb:extract ./raw --out ./images --normalise --scale-bar-um 10 --skip-beads',
  ],
  params: z.object({
    ...binParams,
    out: storeUrl().describe('Where <bin>/<bin>_NNNNN.png is written').meta({ short: 'o' }),
    normalise: z.boolean().default(false).describe('Stretch the grays of each image over the whole range'),
    gamma: z.number().positive().default(1).describe('Brighten (below 1) or darken (above 1) after that'),
    scaleBarUm: z.number().min(0).default(0).describe('Length of a bar drawn below each image, micrometres'),
    pixelsPerUm: z.number().positive().default(2.7488).describe('Pixels in a micrometre, for the scale bar'),
    minSize: z.int().min(0).default(0).describe('Leave out images whose longer side has fewer pixels'),
    skipBeads: z.boolean().default(false).describe('Pass over bins that their header calls a run of beads'),
    empty: z.enum(['fail', 'keep']).default('fail').describe('What a bin without any image is'),
  }),
  outputs: z.object({
    images: z.string().meta({ 'x-runner': 'place' }),
    bins: z.int(),
    count: z.int(),
    small: z.int(),
    beads: z.int(),
  }),
  steps: { extractBin },

  async run({ params, map, store, log }) {
    const { bins: from, folders, corrections, out, ...settings } = params;
    // 1. Put the files together into bins.
    const bins = await listBins({ store, log }, { bins: from, folders, corrections });
    // 2. Take the images out of each.
    const extracted = map(extractBin, bins, { into: out, uses: settings, partial: 'allow' });
    const sum = { bins: 0, count: 0, small: 0, beads: 0 };
    for await (const { images, small, isBeads } of extracted) {
      sum.bins++;
      sum.count += images;
      sum.small += small;
      if (isBeads) sum.beads++;
    }
    return { images: out, ...sum };
  },

  render: ({ images, bins, count, small, beads }) =>
    `${count} images of ${bins} bins in ${images}` +
    (small === 0 ? '' : `; ${small} left out for their size`) +
    (beads === 0 ? '' : `; ${beads} bins of beads`),
});
