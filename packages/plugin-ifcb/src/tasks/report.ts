import { defineTask, type FileRef, fileRef, refOf, refUrl, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { imageName } from '../bins/bin-id.ts';
import { utopiaClasses } from '../classify/classes.ts';
import { planTables } from '../plan/plan-tables.ts';
import { type Candidate, firstOf } from '../report/summary.ts';
import { splitPredictions } from '../steps/split-predictions.ts';
import { summariseBin } from '../steps/summarise-bin.ts';
import { writeReport } from '../steps/write-report.ts';

/** What is in the data, on one page: classes, sizes, images, where and when, and what is wrong with which bin. */
export const report = defineTask({
  summary: 'Write one HTML page of classes, biovolume, images, quality, map and time series',
  examples: [
    'runner run ifcb:report ./features --predictions ./classified/ifcb_predictions.csv --images ./images --metadata ./metadata/metadata.csv --qc ./qc/qc.csv --out ./report',
  ],
  params: z.object({
    features: storeUrl().describe('Features by bin, or the ml folders of the old chain').meta({ positional: true }),
    predictions: fileRef().optional().describe('Classes: <name>_predictions.csv, or an older *_prediction_results.csv'),
    classes: source(z.array(z.string().min(1)).min(2))
      .optional()
      .describe('Class names by number for an older *_prediction_results.csv; those of UTOPIA by default'),
    images: storeUrl().optional().describe('<bin>/<bin>_NNNNN.png, for the contact sheet'),
    metadata: z
      .array(fileRef())
      .default([])
      .describe('Tables with positions and volumes by bin; the first that knows a thing counts'),
    qc: fileRef().optional().describe('qc.csv of ifcb:qc'),
    title: z.string().min(1).default('Plankton of an Imaging FlowCytobot').describe('The title of the page'),
    perClass: z.int().min(0).max(200).default(12).describe('Images of each class on the contact sheet'),
    seed: z.int().default(1).describe('Decides which images are shown'),
    pixelsPerUm: z.number().positive().default(2.7488).describe('Calibration, pixels per micrometre'),
    out: storeUrl().describe('Where report.html is written').meta({ short: 'o' }),
  }),
  outputs: z.object({ bins: z.int(), images: z.int(), html: fileRef() }),
  steps: { splitPredictions, summariseBin, writeReport },

  async run({ params, map, once, store, log }) {
    const { features, predictions, images, metadata, qc, title, perClass, seed, pixelsPerUm, out } = params;
    // 1. Put features and classes together by bin.
    const { tables } = await planTables(
      { features, predictions, classes: params.classes ?? utopiaClasses },
      { store, map, log },
    );
    // 2. Sum each bin by class.
    const summaries = map(summariseBin, tables, { uses: { pixelsPerUm, perClass, seed }, partial: 'allow' });
    // 3. Choose the images that are shown.
    const candidates = new Map<string, readonly Candidate[]>();
    if (images !== undefined)
      for await (const bin of summaries)
        for (const [name, more] of Map.groupBy(bin.candidates, (one) => one.class))
          candidates.set(name, firstOf([...(candidates.get(name) ?? []), ...more], perClass));
    const samples = [];
    for (const [name, of] of [...candidates].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const chosen: FileRef[] = [];
      const from = await store(images!);
      for (const { bin, roi } of of) {
        const entry = await from.stat(`${bin}/${imageName(bin, roi)}.png`);
        if (entry !== undefined) chosen.push(refOf(from.place, entry));
      }
      samples.push({ name, images: chosen });
    }
    // 4. Write the page.
    const sources = [features, ...(predictions === undefined ? [] : [refUrl(predictions)])];
    return once(writeReport, { title, summaries, metadata, qc: qc ?? null, samples, sources }, { into: out });
  },

  render: ({ bins, images, html }) => `${images} images of ${bins} bins in ${refUrl(html)}`,
});
