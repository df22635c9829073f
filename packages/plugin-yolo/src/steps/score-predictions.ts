import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { cornersOf } from '../detect/detection.ts';
import { readPredictions } from '../detect/predictions.ts';
import { yoloFailures } from '../failures.ts';
import { evalText, type EvalReport, roundScores } from '../score/eval-report.ts';
import { type ImageToScore, scoreSet } from '../score/score-set.ts';
import { type LabelShape, readLabel } from '../validate/read-label.ts';

export interface SetToScore {
  readonly predictions: FileRef;
  /** Sorted by image; an image without a label shows nothing. */
  readonly images: readonly (readonly [image: string, label: FileRef | null])[];
  readonly names: readonly string[];
  /** Of pose sets, whose boxes are scored. */
  readonly keypoints?: LabelShape['keypoints'];
  readonly splits: readonly string[];
  /** Where precision and recall are measured. */
  readonly over: number;
}

export interface SetScored {
  readonly eval: FileRef;
  readonly text: FileRef;
  readonly mAP40: number | null;
  readonly mAP50: number | null;
  readonly mAP5095: number | null;
  readonly withoutPrediction: number;
  readonly unreadable: EvalReport['unreadable'];
}

/** Compares predictions with the labels of a set. */
export const scorePredictions = defineStep({
  name: 'score-predictions',
  // 2: rows of labels that cannot be read are counted. 3: images without a prediction are said.
  version: 3,
  needs: { cpu: true },
  async work(item: SetToScore, { bytes, output }): Promise<SetScored> {
    const lines = readPredictions(Buffer.from(await bytes(item.predictions)).toString('utf8'), item.predictions.key);
    const detected = new Map(lines.map((line) => [line.image, line.detections]));
    const shape = {
      classCount: item.names.length,
      ...(item.keypoints === undefined ? {} : { keypoints: item.keypoints }),
    };
    const images: ImageToScore[] = [];
    let [missing, rows] = [0, 0];
    let first: EvalReport['unreadable']['first'] = null;
    for (const [image, label] of item.images) {
      const read = label === null ? undefined : readLabel(await bytes(label), { ...shape, file: label.key });
      const truths = read?.rows ?? [];
      // A row that says nothing has one error; warnings are of bytes that do not matter here.
      for (const { level, file, line, message } of read?.findings ?? []) {
        if (level !== 'error') continue;
        rows++;
        first ??= { file, line, why: message };
      }
      // Predictions may have been made from the folder of the images instead of the whole set.
      const found = detected.get(image) ?? detected.get(image.slice(image.lastIndexOf('images/') + 7));
      if (found === undefined) missing++;
      images.push({
        truths: truths.map(({ classId, box }) => ({ class: classId, corners: cornersOf(box) })),
        detections: (found ?? []).map((one) => ({ ...one, corners: cornersOf(one.box) })),
      });
    }
    if (missing === images.length) {
      throw yoloFailures['predictions-elsewhere']({ wanted: item.images[0]![0], found: lines[0]?.image ?? 'nothing' });
    }
    const report: EvalReport = {
      schema: 1,
      splits: item.splits,
      over: item.over,
      withoutPrediction: missing,
      unreadable: { rows, first },
      ...roundScores(scoreSet(images, item.names.length, item.over), item.names),
    };
    const { mAP40, mAP50, mAP5095, unreadable } = report;
    return {
      eval: await output.write('eval.json', `${JSON.stringify(report, undefined, 2)}\n`),
      text: await output.write('eval.txt', evalText(report)),
      mAP40,
      mAP50,
      mAP5095,
      withoutPrediction: missing,
      unreadable,
    };
  },
});
