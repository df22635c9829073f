import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { predictionsFile, readPredictions, type PredictionsAbout } from '../detect/predictions.ts';
import type { ImagesDetected } from './detect-shard.ts';

export interface AllDetected {
  readonly shards: ResultsReader<ImagesDetected>;
  readonly confidence: number;
  readonly iou: number;
}

export interface PredictionsWritten {
  readonly predictions: FileRef;
  readonly about: FileRef;
  readonly images: number;
  readonly detections: number;
  readonly unreadable: number;
}

/** Joins the shards, sorted by image, and says what made them. */
export const writePredictions = defineStep({
  name: 'write-predictions',
  async work({ shards, confidence, iou }: AllDetected, { bytes, output }): Promise<PredictionsWritten> {
    const lines = [];
    const unreadable = [];
    let detections = 0;
    let model: PredictionsAbout['model'] | undefined;
    for await (const { result } of shards) {
      lines.push(...readPredictions(Buffer.from(await bytes(result.lines)).toString('utf8'), result.lines.key));
      unreadable.push(...result.unreadable);
      detections += result.detections;
      model = result.model;
    }
    lines.sort((one, other) => (one.image < other.image ? -1 : 1));
    unreadable.sort((one, other) => (one.image < other.image ? -1 : 1));
    const about: PredictionsAbout = {
      schema: 1,
      model: model!,
      confidence,
      iou,
      images: lines.length,
      detections,
      unreadable,
    };
    return {
      predictions: await output.write(predictionsFile, lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
      about: await output.write('predictions.json', `${JSON.stringify(about, undefined, 2)}\n`),
      images: lines.length,
      detections,
      unreadable: unreadable.length,
    };
  },
});
