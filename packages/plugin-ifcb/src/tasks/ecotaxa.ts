import { defineTask, type FileRef, fileRef, refOf, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';
import { utopiaClasses } from '../classify/classes.ts';
import { planTables } from '../plan/plan-tables.ts';
import { packEcotaxa } from '../steps/pack-ecotaxa.ts';
import { splitPredictions } from '../steps/split-predictions.ts';

/** Images and their tables as EcoTaxa imports them. */
export const ecotaxa = defineTask({
  summary: 'Pack images with their table for EcoTaxa: a zip for each bin, split at a size',
  examples: [
    'runner run ifcb:ecotaxa ./features --images ./images --predictions ./classified/ifcb_predictions.csv --metadata ./metadata/metadata.csv --out ./ecotaxa',
  ],
  params: z.object({
    features: storeUrl().describe('Features by bin, or the ml folders of the old chain').meta({ positional: true }),
    images: storeUrl().describe('PNGs named <bin>_NNNNN.png, in any folders'),
    predictions: fileRef().optional().describe('Classes: <name>_predictions.csv, or an older *_prediction_results.csv'),
    classes: source(z.array(z.string().min(1)).min(2))
      .optional()
      .describe('Class names by number for an older *_prediction_results.csv; those of UTOPIA by default'),
    metadata: z
      .array(fileRef())
      .default([])
      .describe('Tables with positions by bin; the first that knows a thing counts'),
    linkUrl: z.url().optional().describe('What stands before the names of images in object_link'),
    pixelsPerUm: z.number().positive().default(2.7488).describe('Calibration, pixels per micrometre'),
    maxMb: z.number().positive().default(500).describe('A zip is not larger than this, in millions of bytes'),
    out: storeUrl().describe('Where the zips are written').meta({ short: 'o' }),
  }),
  outputs: z.object({
    ecotaxa: z.string().meta({ 'x-runner': 'place' }),
    bins: z.int(),
    images: z.int(),
    zips: z.int(),
  }),
  steps: { splitPredictions, packEcotaxa },

  async run({ params, map, store, log }) {
    const { features, images, predictions, metadata, linkUrl = null, pixelsPerUm, maxMb, out } = params;
    // 1. Put features and classes together by bin.
    const { tables } = await planTables(
      { features, predictions, classes: params.classes ?? utopiaClasses },
      { store, map, log },
    );
    // 2. Find the images of each bin.
    const pictures = new Map<string, FileRef[]>(tables.map(({ key }) => [key, []]));
    const from = await store(images);
    for await (const page of from.list())
      for (const entry of page) {
        const named = parseImageName(entry.key.slice(entry.key.lastIndexOf('/') + 1));
        pictures.get(named?.bin ?? '')?.push(refOf(from.place, entry));
      }
    // 3. Pack each bin.
    const items = tables.map((bin) => ({ ...bin, pictures: pictures.get(bin.key)! }));
    const uses = { metadata, linkUrl, pixelsPerUm, maxBytes: maxMb * 1e6 };
    const packed = map(packEcotaxa, items, { into: out, uses, exact: true, partial: 'allow' });
    const sum = { bins: 0, images: 0, zips: 0 };
    for await (const { images: count, zips } of packed) {
      sum.bins++;
      sum.images += count;
      sum.zips += zips.length;
    }
    return { ecotaxa: out, ...sum };
  },

  render: ({ ecotaxa: place, bins, images, zips }) => `${images} images of ${bins} bins in ${zips} zips in ${place}`,
});
