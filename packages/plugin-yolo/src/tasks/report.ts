import { defineTask, fileRef, refOf, storeUrl, z } from '@dataset-runner/core/plugin';
import { manifestFile } from '../manifest.ts';
import { splitsFile } from '../split/splits-csv.ts';
import { analyseSet } from '../steps/analyse-set.ts';
import { writeReport } from '../steps/write-report.ts';
import { placeName } from './convert-inputs.ts';
import { fileOfSet } from './split-places.ts';

/** Draws the whole of a set, and of what came back from production, on one page. */
export const report = defineTask({
  summary: 'Draw splits, classes, agreement, drift, heat, samples, feedback and scores on one page that opens offline',
  examples: [
    'runner run yolo:report --set ./organized --out ./report',
    'runner run yolo:report --set ./organized --collected ./store/retrain --simulation ./online --out ./report',
    'runner run yolo:report --set ./organized --predictions ./predictions/predictions.jsonl --scores ./scores/eval.json --out ./report',
  ],
  params: z.object({
    set: storeUrl().describe('The set, divided or not'),
    splits: fileRef().optional().describe('splits.csv; that of the set by default'),
    out: storeUrl().describe('Where report.html and report.json are written').meta({ short: 'o' }),
    title: z.string().min(1).default('Detection set').describe('The heading of the page'),
    collected: storeUrl().optional().describe('Where yolo:collect wrote feedback.csv'),
    simulation: storeUrl().optional().describe('Where yolo:simulate wrote simulation.json and simulation.jsonl'),
    validation: fileRef().optional().describe('validation.json of yolo:validate'),
    predictions: fileRef().optional().describe('predictions.jsonl of yolo:predict, shown in the samples'),
    scores: fileRef().optional().describe('eval.json of yolo:eval'),
    samples: z.int().min(0).max(200).default(24).describe('Images to show'),
    permutations: z.int().min(50).default(200).describe('Divisions by chance that drift is compared with'),
    seed: z.int().default(1).describe('Seed of the samples and of the permutations'),
  }),
  outputs: z.object({ page: fileRef(), json: fileRef() }),
  steps: { analyseSet, writeReport },

  async run({ params, once, store }) {
    const { out, title, seed, permutations } = params;
    const set = await store(params.set);
    // 1. Find what there is.
    const divided = await set.stat(splitsFile);
    const collected = params.collected === undefined ? undefined : await store(params.collected);
    const simulated = params.simulation === undefined ? undefined : await store(params.simulation);
    // 2. Count, compare and measure.
    const { analysis, samples } = await once(
      analyseSet,
      {
        title,
        seed,
        permutations,
        samples: params.samples,
        manifest: await fileOfSet(set, manifestFile),
        summary: await fileOfSet(set, 'summary.json'),
        splits: params.splits ?? (divided === undefined ? null : refOf(set.place, divided)),
        feedback: collected === undefined ? null : await fileOfSet(collected, 'feedback.csv'),
        simulation: simulated === undefined ? null : await fileOfSet(simulated, 'simulation.json'),
        simulationLog: simulated === undefined ? null : await fileOfSet(simulated, 'simulation.jsonl'),
        validation: params.validation ?? null,
        scores: params.scores ?? null,
      },
      { into: `work:yolo/report/${placeName(out)}` },
    );
    // 3. Take the samples along, and write the page.
    const pictures = [];
    for (const { file } of samples) {
      const entry = file === null ? undefined : await set.stat(file);
      pictures.push(entry === undefined ? null : refOf(set.place, entry));
    }
    return once(writeReport, { analysis, pictures, predictions: params.predictions ?? null }, { into: out });
  },

  render: ({ page }) => `${page.store}/${page.key}`,
});
