import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { ManifestLine } from '../manifest.ts';
import { labelImage, type LabelRules } from '../label/label-images.ts';
import { labelText } from '../label/label-line.ts';
import { readShard } from '../shard.ts';

export interface LabelShard {
  readonly key: string;
  readonly file: FileRef;
  readonly rules: LabelRules;
  /** Images that are annotated but not there. */
  readonly without: readonly string[];
}

export interface LabelsWritten {
  /** Without the image files, which are placed beside this. */
  readonly lines: readonly ManifestLine[];
}

/** Writes the label files of one shard of images. */
export const writeLabels = defineStep({
  name: 'write-labels',
  async work({ file, rules, without }: LabelShard, { bytes, output }): Promise<LabelsWritten> {
    const absent = new Set(without);
    const lines: ManifestLine[] = [];
    for (const image of readShard(await bytes(file))) {
      if (absent.has(image.id)) continue;
      for (const { stem, raters, labels } of labelImage(image, rules)) {
        await output.write(`labels/${stem}.txt`, labelText(labels));
        lines.push({
          image: image.id,
          stem,
          width: image.width,
          height: image.height,
          raters,
          labels: labels.map(({ classId, box, from }) => ({
            class: classId,
            box,
            from: from.map((mark) => [mark.rater, ...mark.box] as const),
          })),
        });
      }
    }
    return { lines };
  },
});
