import { defineTask, type FileRef, fileRef, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import type { PredictionsAbout } from '../detect/predictions.ts';
import { yoloFailures } from '../failures.ts';
import { lostTexts } from '../score/eval-report.ts';
import { ultralyticsName } from '../set-files.ts';
import { scorePredictions } from '../steps/score-predictions.ts';
import { readDataYaml } from '../validate/data-yaml.ts';
import { layOut } from '../validate/layout.ts';
import { imageLists } from './image-lists.ts';
import { fileOfSet, textOf } from './split-places.ts';

/** Says how good predictions are, in the two measures that others publish. */
export const evaluate = defineTask({
  summary: 'Score predictions by the labels of a set: mAP@.4 of VOC 2010 and mAP@[.5:.95] of COCO',
  examples: [
    'runner run yolo:eval --set ./organized --predictions ./predictions/predictions.jsonl --out ./scores',
    'runner run yolo:eval --set ./coco8 --data coco8.yaml --split val --predictions ./predictions/predictions.jsonl --out ./scores',
  ],
  params: z.object({
    set: storeUrl().describe('The set: the folder or store that data.yaml lies in'),
    data: z.string().min(1).default('data.yaml').describe('The name of its data.yaml'),
    split: z
      .array(z.string().min(1))
      .min(1)
      .default(['test'])
      .describe('Splits to score, as data.yaml or splits.csv calls them'),
    predictions: fileRef().describe('predictions.jsonl of yolo:predict, with --confidence 0.001 --labels all'),
    confidence: z
      .number()
      .min(0)
      .lt(1)
      .default(0.25)
      .describe('Precision, recall and F1 are those of more confident detections'),
    out: storeUrl().describe('Where eval.json and eval.txt are written').meta({ short: 'o' }),
  }),
  outputs: z.object({
    eval: fileRef(),
    text: fileRef(),
    mAP40: z.number().nullable(),
    mAP50: z.number().nullable(),
    mAP5095: z.number().nullable(),
    withoutPrediction: z.int(),
    unreadable: z.object({
      rows: z.int(),
      first: z.object({ file: z.string(), line: z.int(), why: z.string() }).nullable(),
    }),
  }),
  steps: { scorePredictions },

  async run({ params, once, store, log }) {
    const set = await store(params.set);
    // 1. Read data.yaml and find the images of the splits and their labels.
    await fileOfSet(set, params.data);
    const { data } = readDataYaml(await textOf(set, params.data), params.data);
    const layout = layOut(await listFiles(set), data, await imageLists(set, data), params.data);
    const splits = [...new Set(params.split.map((name) => (name in data.splits ? name : ultralyticsName(name))))];
    const images = layout.images.filter(({ split }) => splits.includes(split));
    const name = splits.find((one) => !(one in data.splits));
    if (name !== undefined) throw yoloFailures['split-unknown']({ name, splits: Object.keys(data.splits) });
    if (images.length === 0) throw yoloFailures['no-images']({ place: params.set, prefix: params.split.join(', ') });
    const modelNames = await namesOfModel(params.predictions, store);
    if (data.names !== undefined && modelNames.some((one, id) => one !== data.names?.[id]))
      log(
        `classes are compared by their numbers, and the model calls them ${modelNames.join(', ')}, the set ${data.names.join(', ')}`,
      );
    // 2. Match, class by class, and write the scores.
    return once(
      scorePredictions,
      {
        predictions: params.predictions,
        images: images.map(({ file, label }) => [file.key, label ?? null] as const),
        names: data.names ?? Array.from({ length: data.classCount ?? 0 }, (_, id) => `class_${id}`),
        ...(data.keypoints === undefined ? {} : { keypoints: data.keypoints }),
        splits,
        over: params.confidence,
      },
      { into: params.out },
    );
  },

  render: ({ mAP40, mAP50, mAP5095, text, ...rest }) => {
    const lost = lostTexts(rest)
      .map((one) => `; ${one}`)
      .join('');
    return `mAP@.4 ${shown(mAP40)}, mAP@.5 ${shown(mAP50)}, mAP@[.5:.95] ${shown(mAP5095)}: ${text.store}/${text.key}${lost}`;
  },
});

/** The names of classes that lie beside predictions; none where nobody wrote them. */
async function namesOfModel(
  { store: place, key }: FileRef,
  store: (place: string) => Promise<Parameters<typeof textOf>[0]>,
): Promise<readonly unknown[]> {
  if (!key.endsWith('.jsonl')) return [];
  const text = await textOf(await store(place), key.replace(/\.jsonl$/, '.json'));
  try {
    const { model } = JSON.parse(text) as Partial<PredictionsAbout>;
    return [...(model?.names ?? [])];
  } catch {
    return [];
  }
}

function shown(score: number | null): string {
  return score === null ? 'not defined' : score.toFixed(4);
}
