import { defineTask, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { outputLayouts } from '../detect/output-layout.ts';
import { yoloFailures } from '../failures.ts';
import { imageExtension } from '../read/image-id.ts';
import { inShards } from '../shard.ts';
import { detectShard } from '../steps/detect-shard.ts';
import { writePredictions } from '../steps/write-predictions.ts';
import { placeName } from './convert-inputs.ts';

/** Runs a detector over images, as Ultralytics and YOLOX would. */
export const predict = defineTask({
  summary: 'Detect objects with an ONNX model of YOLOv5 to v12, v26 or YOLOX',
  examples: [
    'runner run yolo:predict --model ./best.onnx --images ./organized --prefix test/ --out ./predictions',
    'runner run yolo:predict --model ./best.onnx --images ./organized --prefix test/ --confidence 0.001 --labels all --out ./predictions',
  ],
  params: z.object({
    model: fileRef().describe('The detector, an ONNX file'),
    images: storeUrl().describe('Where the images are, at any depth'),
    prefix: z.string().default('').describe('Only images whose path below there starts with this, for example test/'),
    out: storeUrl().describe('Where predictions.jsonl and predictions.json are written').meta({ short: 'o' }),
    confidence: z.number().min(0).lt(1).default(0.25).describe('Only detections more confident; 0.001 for yolo:eval'),
    iou: z.number().gt(0).max(1).default(0.7).describe('Boxes that overlap a more confident one by more are dropped'),
    maxDetections: z.int().min(1).default(300).describe('For each image'),
    labels: z
      .enum(['best', 'all'])
      .default('best')
      .describe('One box for its best class, or one for each confident class; all for yolo:eval'),
    suppress: z.enum(['same', 'any']).default('same').describe('Which boxes drop each other: of one class, or any'),
    layout: z
      .enum(['auto', ...outputLayouts])
      .default('auto')
      .describe('What the output means; auto tells it by its shape'),
    names: source(z.array(z.string().min(1)).min(1))
      .optional()
      .describe('Names by class id; those noted in the model by default'),
  }),
  outputs: z.object({
    predictions: fileRef(),
    about: fileRef(),
    images: z.int(),
    detections: z.int(),
    unreadable: z.int(),
  }),
  steps: { detectShard, writePredictions },

  async run({ params, map, once, store }) {
    const { out, model, confidence, iou, layout, names } = params;
    // 1. Find the images.
    const keep = ({ key }: { readonly key: string }): boolean =>
      key.startsWith(params.prefix) && imageExtension.test(key);
    const files = await listFiles(await store(params.images), { keep });
    if (files.length === 0) throw yoloFailures['no-images']({ place: params.images, prefix: params.prefix });
    // 2. Detect, shard by shard.
    const options = {
      over: confidence,
      overIou: iou,
      maxDetections: params.maxDetections,
      labels: params.labels,
      classes: params.suppress,
      ...(layout === 'auto' ? {} : { layout }),
      ...(names === undefined ? {} : { names }),
    };
    const items = [...inShards(files, ({ key }) => key)].map(([key, shard]) => ({ key, files: shard }));
    const into = `work:yolo/predictions/${placeName(out)}`;
    const shards = map(detectShard, items, { into, exact: true, uses: { model, options } });
    // 3. Join them.
    return once(writePredictions, { shards, confidence, iou }, { into: out });
  },

  render: ({ images, detections, unreadable, predictions }) =>
    `${detections} detections in ${images} images${unreadable === 0 ? '' : `; ${unreadable} could not be read`}: ${predictions.store}/${predictions.key}`,
});
