import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { labelImage, type LabelRules } from '../label/label-images.ts';
import { labelText } from '../label/label-line.ts';
import { manifestText } from '../manifest.ts';
import { readShard } from '../shard.ts';

export interface LabelShard {
  readonly key: string;
  readonly file: FileRef;
  readonly rules: LabelRules;
  /** Images that are annotated but not there. */
  readonly without: readonly string[];
}

/** Counts are of this shard; all labels of an image are in one shard, so they add up. */
export interface LabelsWritten {
  /** Of each label file. */
  readonly stems: readonly string[];
  /** Their lines of the manifest as one text: rows of many objects would take longer to record than the labels take to write. */
  readonly lines: string;
  readonly images: number;
  /** Pairs of an image and a rater. */
  readonly pairs: number;
  readonly empty: number;
  /** By class id. */
  readonly boxes: readonly number[];
  /** Images that show the class, by class id. */
  readonly shown: readonly number[];
}

/** Writes the label files of one shard of images. */
export const writeLabels = defineStep({
  name: 'write-labels',
  // 2: the lines of the manifest are one text; they were a list.
  version: 2,
  async work({ file, rules, without }: LabelShard, { bytes, output }): Promise<LabelsWritten> {
    const absent = new Set(without);
    const stems: string[] = [];
    const lines: string[] = [];
    const counts = { images: 0, pairs: 0, empty: 0, boxes: [] as number[], shown: [] as number[] };
    for (const image of readShard(await bytes(file))) {
      const files = absent.has(image.id) ? [] : labelImage(image, rules);
      const classes = new Set<number>();
      for (const { stem, raters, labels } of files) {
        await output.write(`labels/${stem}.txt`, labelText(labels));
        if (labels.length === 0) counts.empty++;
        for (const { classId } of labels) {
          counts.boxes[classId] = (counts.boxes[classId] ?? 0) + 1;
          classes.add(classId);
        }
        const { id, width, height } = image;
        const traced = labels.map(({ classId, box, from }) => ({
          class: classId,
          box,
          from: from.map((mark) => [mark.rater, ...mark.box] as const),
        }));
        stems.push(stem);
        lines.push(manifestText({ image: id, stem, width, height, raters, labels: traced }));
      }
      for (const id of classes) counts.shown[id] = (counts.shown[id] ?? 0) + 1;
      if (files.length > 0) counts.images++;
      counts.pairs += new Set(files.flatMap(({ raters }) => raters)).size;
    }
    return {
      stems,
      lines: lines.join('\n'),
      ...counts,
      boxes: withoutHoles(counts.boxes),
      shown: withoutHoles(counts.shown),
    };
  },
});

// JSON knows no holes.
function withoutHoles(counts: readonly number[]): number[] {
  return Array.from(counts, (count: number | undefined) => count ?? 0);
}
