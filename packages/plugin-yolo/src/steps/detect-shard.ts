import { defineStep, FailureError, type FileRef } from '@dataset-runner/core/plugin';
import { roundedBox } from '../detect/detection.ts';
import { type DetectorOptions, type ModelAbout, openDetector } from '../detect/detector.ts';
import type { PredictionLine } from '../detect/predictions.ts';

/** The model, and how it is asked. */
export interface ModelUse {
  readonly model: FileRef;
  readonly options: DetectorOptions;
}

export interface ImagesToDetect {
  readonly key: string;
  readonly files: readonly FileRef[];
}

export interface ImagesDetected {
  /** Prediction lines of this shard. */
  readonly lines: FileRef;
  readonly images: number;
  readonly detections: number;
  readonly unreadable: readonly { readonly image: string; readonly why: string }[];
  readonly model: ModelAbout;
}

/** Detects objects in the images of one shard, with a session for each worker. */
export const detectShard = defineStep({
  name: 'detect-shard',
  // 2: images are turned as EXIF says.
  version: 2,
  // A medium detector at 640 pixels takes about this much while it computes.
  needs: { cpu: true, memoryMb: 700 },
  open: async ({ model, options }: ModelUse, { localPath }) =>
    openDetector(await localPath(model), model.key.split('/').at(-1)!, options),
  async work({ key, files }: ImagesToDetect, { opened, bytes, output, progress }): Promise<ImagesDetected> {
    const lines: string[] = [];
    const unreadable: { image: string; why: string }[] = [];
    let detections = 0;
    for (const [index, file] of files.entries()) {
      try {
        const found = await opened.detect(await bytes(file), file.key);
        detections += found.detections.length;
        const line: PredictionLine = {
          image: file.key,
          width: found.width,
          height: found.height,
          detections: found.detections.map((one) => ({
            class: one.class,
            confidence: Number(one.confidence.toFixed(6)),
            box: roundedBox(one.box),
          })),
        };
        lines.push(`${JSON.stringify(line)}\n`);
      } catch (error) {
        if (!(error instanceof FailureError) || error.failure.code !== 'yolo.image-unreadable') throw error;
        unreadable.push({ image: file.key, why: error.message });
      }
      progress(index + 1, files.length);
    }
    const written = await output.write(`${key}.jsonl`, lines.join(''));
    return { lines: written, images: lines.length, detections, unreadable, model: opened.about };
  },
});
