import { defineTask, fileRef, refOf, storeUrl, z } from '@dataset-runner/core/plugin';
import { seeded, shuffle } from '@dataset-runner/kit/seeded';
import { yoloFailures } from '../failures.ts';
import { manifestFile, readManifest } from '../manifest.ts';
import { readStages } from '../simulate/stages.ts';
import { imagesOfSplits } from '../simulate/truth.ts';
import { readSplits, splitsFile } from '../split/splits-csv.ts';
import { simulateStage, type StageRow } from '../steps/simulate-stage.ts';
import { writeSimulation } from '../steps/write-simulation.ts';
import { fileOfSet, textOf } from './split-places.ts';

/** Plays a deployed detector and those who use it: load in stages, and feedback for every image. */
export const simulate = defineTask({
  summary: 'Send images to a detector in stages of load, and write the feedback that production would',
  description:
    'Feedback lies in its place answer by answer. The log and its summary are written when the last stage has ended. A run that was killed has lost none of its lines: each is recorded with its answer, and the same command goes on and writes them all.',
  examples: [
    'runner run yolo:simulate --set ./organized --out ./online',
    'runner run yolo:simulate --set ./organized --split production --out ./online --stages 1,2x30 --seconds 10 --reviewer simulated',
    'runner run yolo:simulate --set ./organized --out ./online --model ./best.onnx',
  ],
  params: z.object({
    set: storeUrl().describe('The divided set'),
    split: z.array(z.string().min(1)).min(1).default(['test']).describe('Splits whose images are sent'),
    out: storeUrl()
      .describe('Where feedback/ and, after the last stage, simulation.jsonl and simulation.json are written')
      .meta({ short: 'o' }),
    stages: z
      .string()
      .default('1,2,3,5,3,2,1')
      .describe('Workers of each stage, or <workers>x<seconds>, parted by commas'),
    seconds: z.number().gt(0).default(60).describe('Length of a stage that has none of its own'),
    seed: z.int().default(1).describe('Seed of the order of images, of the mock detector and of the reviewer'),
    model: fileRef().optional().describe('A detector, an ONNX file; without it one is imitated'),
    confidence: z.number().min(0).lt(1).default(0.25).describe('Only detections of the model more confident'),
    format: z
      .enum(['own', 'plain'])
      .default('own')
      .describe('Feedback with all detections, or the plain one with the best alone'),
    reviewer: z
      .enum(['none', 'simulated'])
      .default('none')
      .describe('A radiologist who confirms, corrects or rejects by the labels of the set'),
    reviewShare: z.number().min(0).max(1).default(1).describe('Share of images that are reviewed'),
    reviewSlip: z.number().min(0).max(1).default(0).describe('How often an answer of the reviewer is wrong'),
    mockMs: z.number().min(0).default(50).describe('How long the imitated detector takes on average'),
    pauseMs: z.number().min(0).default(100).describe('What a worker waits between two requests'),
    timeoutMs: z.int().min(1).default(5_000).describe('An answer that takes longer counts as a failure'),
  }),
  outputs: z.object({
    feedback: z.string().meta({ 'x-runner': 'place' }),
    log: fileRef(),
    summary: fileRef(),
    successes: z.int(),
    failures: z.int(),
    remaining: z.int(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
  }),
  steps: { simulateStage, writeSimulation },

  async run({ params, map, once, store }) {
    const { out, seed, model } = params;
    const splits = params.split;
    const stages = readStages(params.stages, params.seconds);
    const set = await store(params.set);
    // 1. Read which images the splits have, and put them into the order of the seed.
    const manifest = await fileOfSet(set, manifestFile);
    const divided = await fileOfSet(set, splitsFile);
    const lines = readManifest(await textOf(set, manifestFile));
    const places = readSplits(await textOf(set, splitsFile));
    const images = imagesOfSplits(lines, places, splits);
    const known = [...new Set(places.map(({ split }) => split))].sort();
    const name = splits.find((one) => !known.includes(one));
    if (name !== undefined) throw yoloFailures['split-unknown']({ name, splits: known });
    if (images.length === 0) throw yoloFailures['no-images']({ place: params.set, prefix: splits.join(', ') });
    const sent = shuffle(images, seeded(seed));
    if (model !== undefined && sent.some(({ file }) => file === undefined))
      throw yoloFailures['no-images']({ place: params.set, prefix: `${splits.join(', ')}: the set has labels alone` });
    const files = new Map<string, ReturnType<typeof refOf> | null>();
    for (const { image, file } of sent) {
      const entry = file === undefined || model === undefined ? undefined : await set.stat(file);
      files.set(image, entry === undefined ? null : refOf(set.place, entry));
    }
    // 2. Run the stages one after another; what had its answer is not sent again.
    const summary = JSON.parse((await textOf(set, 'summary.json')) || '{"classes":[]}') as { classes: unknown[] };
    const options = {
      over: params.confidence,
      overIou: 0.7,
      maxDetections: 300,
      labels: 'best',
      classes: 'same',
    } as const;
    const uses = {
      set: params.set,
      manifest,
      divided,
      splits,
      classCount: Math.max(1, summary.classes.length),
      seed,
      format: params.format,
      ...(model === undefined ? {} : { detector: { model, options } }),
      mockMs: params.mockMs,
      pauseMs: params.pauseMs,
      timeoutMs: params.timeoutMs,
      review: { share: params.reviewer === 'none' ? 0 : params.reviewShare, slip: params.reviewSlip },
    };
    const answered = new Set<string>();
    const done: { [stage: string]: ReturnType<typeof map<unknown, StageRow, unknown>> } = {};
    for (const [at, { workers, seconds }] of stages.entries()) {
      const left = sent.filter(({ image }) => !answered.has(image));
      const item = {
        key: `stage-${at + 1}`,
        stage: at + 1,
        workers,
        seconds,
        images: left.map(({ image }) => ({ image, file: files.get(image)! })),
        real: model !== undefined,
      };
      const name = `stage ${at + 1} of ${stages.length}: ${workers} x ${seconds} s`;
      const rows = map(simulateStage, [item], { into: out, uses, name });
      for await (const { event } of rows) if (event.event === 'inference') answered.add(event.image);
      done[item.key] = rows;
    }
    // 3. Write the log and sum it up.
    const about = { detector: model?.key.split('/').at(-1) ?? 'mock', seed, splits, images: sent.length };
    const written = await once(writeSimulation, { stages: done, about }, { into: out });
    return { feedback: /[:/]$/.test(out) ? `${out}feedback` : `${out}/feedback`, ...written };
  },

  render: ({ feedback, successes, failures, remaining, p50Ms, p95Ms }) =>
    `${successes} answers, ${failures} failures, ${remaining} images left; p50 ${p50Ms ?? '-'} ms, p95 ${p95Ms ?? '-'} ms: ${feedback}`,
});
