import { defineTask, storeUrl, z } from '@dataset-runner/core/plugin';
import { binParams } from '../params.ts';
import { listBins } from '../plan/list-bins.ts';
import { measureBin } from '../steps/measure-bin.ts';

/** Size and shape of every particle, as the IFCB community counts them: features v4. */
export const features = defineTask({
  summary: 'Measure the particle in each image of raw bins: features v4, 31 columns, and masks',
  examples: ['runner run ifcb:features ./raw --out ./features --masks zip'],
  params: z.object({
    ...binParams,
    out: storeUrl()
      .describe('Where <bin>_features_v4.csv and its copy <bin>_fea_v4.csv are written')
      .meta({ short: 'o' }),
    masks: z
      .enum(['none', 'zip', 'png'])
      .default('none')
      .describe('Keep the masks: <bin>_blobs_v4.zip, or a folder of PNGs of that name'),
    parquet: z.boolean().default(false).describe('Write <bin>_features_v4.parquet too'),
  }),
  outputs: z.object({
    features: z.string().meta({ 'x-runner': 'place' }),
    bins: z.int(),
    images: z.int(),
    withoutBlob: z.int(),
  }),
  steps: { measureBin },

  async run({ params, map, store, log }) {
    const { bins: from, folders, corrections, out, masks, parquet } = params;
    // 1. Put the files together into bins.
    const bins = await listBins({ store, log }, { bins: from, folders, corrections });
    // 2. Segment and measure the images of each.
    const measured = map(measureBin, bins, { into: out, uses: { masks, parquet }, partial: 'allow' });
    const sum = { bins: 0, images: 0, withoutBlob: 0 };
    for await (const { images, withoutBlob } of measured) {
      sum.bins++;
      sum.images += images;
      sum.withoutBlob += withoutBlob;
    }
    return { features: out, ...sum };
  },

  render: ({ features: place, bins, images, withoutBlob }) =>
    `Features of ${images} images of ${bins} bins in ${place}` +
    (withoutBlob === 0 ? '' : `; in ${withoutBlob} of them nothing was found`),
});
