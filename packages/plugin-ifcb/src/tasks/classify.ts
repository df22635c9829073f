import { defineTask, fileRef, folderRef, sha256, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { utopiaClasses } from '../classify/classes.ts';
import type { InputPlan } from '../classify/preprocess.ts';
import { thresholdsOf } from '../classify/thresholds.ts';
import { binParams } from '../params.ts';
import { planSamples } from '../plan/plan-samples.ts';
import { askEndpoint } from '../steps/ask-endpoint.ts';
import { classifySample } from '../steps/classify-sample.ts';
import { inspectModel } from '../steps/inspect-model.ts';
import { writeClassFile } from '../steps/write-class-file.ts';
import { writePredictionCsv, writePredictionParquet, writeResultsCsv } from '../steps/write-predictions.ts';

/** What the endpoints of the UTOPIA models take. */
const endpointPlan: InputPlan = {
  preset: 'utopia',
  input: 'input_data',
  height: 128,
  width: 128,
  channels: 1,
  layout: 'nhwc',
  minMax: true,
};

const params = z
  .object({
    images: storeUrl()
      .optional()
      .describe('PNGs, in a folder for each bin or in any other folders')
      .meta({ positional: true }),
    bins: storeUrl().optional().describe('Raw bins instead of PNGs; no images are written'),
    folders: binParams.folders,
    corrections: binParams.corrections,
    model: fileRef().optional().describe('The model, as .onnx'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('An Azure ML online endpoint instead of a model: https://.../score'),
    deployment: z.string().min(1).optional().describe('Which deployment of the endpoint answers'),
    out: storeUrl().describe('Where the results are written').meta({ short: 'o' }),
    preset: z
      .enum(['utopia', 'whoi'])
      .default('utopia')
      .describe('How images were prepared when the model was trained'),
    minMax: z.boolean().default(true).describe('Stretch the contrast after padding, as the training of UTOPIA does'),
    classes: source(z.array(z.string().min(1)).min(2))
      .optional()
      .describe('Class names in the order of the outputs; those kept in the model by default'),
    softmax: z.boolean().default(false).describe('Make shares of one out of what the model gives'),
    threshold: z.number().min(0).max(1).default(0).describe('Images with a lower score are called unclassified'),
    thresholds: source(z.record(z.string(), z.number().min(0).max(1)))
      .default({})
      .describe('The same for single classes, by name'),
    batch: z.int().min(1).max(1_024).default(16).describe('Images classified at once'),
    damaged: z
      .enum(['fail', 'leave-out'])
      .default('fail')
      .describe('A bin with an image that cannot be read: fails, or goes on without it'),
    formats: z
      .array(z.enum(['csv', 'parquet', 'h5', 'results']))
      .default(['csv', 'h5'])
      .describe('Tidy tables, class files of the Dashboard, and the *_prediction_results.csv of UTOPIA'),
    name: z
      .string()
      .regex(/^[\w.-]+$/)
      .default('ifcb')
      .describe('What the tables are called'),
  })
  .superRefine((of, context) => {
    const one = (a: unknown, b: unknown): boolean => (a === undefined) !== (b === undefined);
    if (!one(of.images, of.bins))
      context.addIssue({ code: 'custom', message: 'give either images or --bins', path: ['images'] });
    if (!one(of.model, of.endpoint))
      context.addIssue({ code: 'custom', message: 'give either --model or --endpoint', path: ['model'] });
    if (of.endpoint !== undefined && of.preset !== 'utopia')
      context.addIssue({ code: 'custom', message: 'endpoints take images of the preset utopia', path: ['preset'] });
    if (of.endpoint !== undefined && of.softmax)
      context.addIssue({ code: 'custom', message: 'what an endpoint answers is taken as it is', path: ['softmax'] });
    if (of.endpoint === undefined && of.deployment !== undefined)
      context.addIssue({ code: 'custom', message: 'only an --endpoint has deployments', path: ['deployment'] });
  });

/** Images to classes: here with a model, or by a service. Scores are kept, so other thresholds ask no model again. */
export const classify = defineTask({
  summary: 'Classify images or raw bins with an ONNX model or an Azure ML endpoint',
  description:
    'An item is a bin, or 1,000 images of a folder without bins; what is done is not done again. The key of an endpoint is the secret `ifcb-endpoint-key`.',
  examples: [
    'runner run ifcb:classify ./images --model ./cnn.onnx --out ./classified',
    'runner run ifcb:classify --bins ./raw --model ./cnn.onnx --out ./classified --threshold 0.7 --formats csv,parquet,h5,results',
    'runner run ifcb:classify ./images --endpoint https://ifcb.westus2.inference.ml.azure.com/score --deployment cnn-v1 --out ./classified',
  ],
  params,
  outputs: z.object({
    classified: z.string().meta({ 'x-runner': 'place' }),
    samples: z.int(),
    images: z.int(),
    leftOut: z.int(),
    csv: fileRef().nullable(),
    parquet: folderRef().nullable(),
    results: fileRef().nullable(),
  }),
  steps: {
    inspectModel,
    classifySample,
    askEndpoint,
    writeClassFile,
    writePredictionCsv,
    writePredictionParquet,
    writeResultsCsv,
  },

  async run({ params, map, once, store, log }) {
    const { model, preset, minMax, softmax, batch, damaged, out, formats, name } = params;
    // 1. Look at the model: what it takes, what it gives.
    const { plan, classes } =
      model === undefined
        ? { plan: { ...endpointPlan, minMax }, classes: params.classes ?? utopiaClasses }
        : await once(inspectModel, { model, preset, minMax, classes: params.classes ?? null });
    const thresholds = thresholdsOf(classes, { everywhere: params.threshold, byClass: params.thresholds });
    // 2. Put images together by bin, while they are listed.
    const samples = planSamples(params, { store, log });
    // 3. Score each bin.
    const classCount = classes.length;
    // Scores of one target never stand in the way of another's: another model, another set.
    const scores = { into: `work:ifcb/scores/${sha256(out).slice(-16)}`, partial: 'allow' } as const;
    const { endpoint: url = '', deployment = null } = params;
    const scored =
      model === undefined
        ? map(askEndpoint, samples, { ...scores, uses: { url, deployment, plan, classCount, batch, damaged } })
        : map(classifySample, samples, { ...scores, uses: { model, plan, classCount, batch, softmax, damaged } });
    // 4. Write a class file for each bin.
    const judging = { classes, thresholds, model: model?.key ?? `${url} ${deployment ?? ''}`.trim() };
    const into = { into: out, uses: judging };
    if (formats.includes('h5')) map(writeClassFile, scored, { ...into, partial: 'allow' });
    // 5. Write the tables of all bins.
    const all = { scored, name };
    const csv = formats.includes('csv') ? await once(writePredictionCsv, all, into) : null;
    const parquet = formats.includes('parquet') ? await once(writePredictionParquet, all, into) : null;
    const results = formats.includes('results') ? await once(writeResultsCsv, all, into) : null;

    const sum = { samples: 0, images: 0, leftOut: 0 };
    for await (const { images, leftOut } of scored) {
      sum.samples++;
      sum.images += images;
      sum.leftOut += leftOut;
    }
    return { classified: out, ...sum, csv, parquet, results };
  },

  render: ({ classified, samples, images, leftOut }) =>
    `${images} images of ${samples} bins or folders classified in ${classified}` +
    (leftOut === 0 ? '' : `; ${leftOut} left out, see runner logs`),
});
