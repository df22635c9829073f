import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { manifestFile, withImage } from '../manifest.ts';
import { classesText, dataYaml, type Summary, summaryText } from '../set-files.ts';
import type { FilesPlaced } from './place-files.ts';
import type { LabelsWritten } from './write-labels.ts';

export interface WholeSet {
  readonly labels: ResultsReader<LabelsWritten>;
  readonly images: ResultsReader<FilesPlaced>;
  readonly classes: readonly string[];
  readonly raters: string;
  readonly warnings: Summary['warnings'];
}

export interface SetWritten {
  readonly manifest: FileRef;
  readonly summary: Summary;
}

/** Writes what describes a converted set: `manifest.jsonl`, `classes.txt`, `data.yaml`, `summary.json`. */
export const writeSet = defineStep({
  name: 'write-set',
  async work({ labels, images, classes, raters, warnings }: WholeSet, { output }): Promise<SetWritten> {
    const lines: (readonly [stem: string, line: string])[] = [];
    const shards: LabelsWritten[] = [];
    for await (const { result } of labels) {
      const texts = result.lines.split('\n');
      for (const [i, stem] of result.stems.entries()) lines.push([stem, texts[i]!]);
      shards.push(result);
    }
    lines.sort(([one], [other]) => (one < other ? -1 : 1));
    const files = await filesOf(images);
    const texts = lines.map(([stem, line]) => {
      const image = files.get(stem);
      return `${image === undefined ? line : withImage(line, image)}\n`;
    });
    const manifest = await output.write(manifestFile, texts.join(''));
    const placed = lines.filter(([stem]) => files.has(stem)).length;
    const summary = summaryOf(shards, { classes, raters, warnings, labels: lines.length, placed });
    await output.write('classes.txt', classesText(classes));
    // Not divided yet: `yolo:split` writes the one to train with.
    await output.write('data.yaml', dataYaml({ train: 'images', val: 'images' }, classes));
    await output.write('summary.json', summaryText(summary));
    return { manifest, summary };
  },
});

/** By stem: the image file and its digest. */
async function filesOf(images: WholeSet['images']): Promise<Map<string, { file: string; digest?: string }>> {
  const files = new Map<string, { file: string; digest?: string }>();
  for await (const { result } of images) {
    for (const { key, digest } of result.files) {
      files.set(key.replace(/^images\//, '').replace(/\.[^.]+$/, ''), {
        file: key,
        ...(digest === undefined ? {} : { digest }),
      });
    }
  }
  return files;
}

interface Known extends Pick<WholeSet, 'classes' | 'raters' | 'warnings'> {
  readonly labels: number;
  readonly placed: number;
}

function summaryOf(shards: readonly LabelsWritten[], { classes, raters, warnings, labels, placed }: Known): Summary {
  const sum = (count: (shard: LabelsWritten) => number): number => shards.reduce((all, shard) => all + count(shard), 0);
  const counted = classes.map((name, id) => ({
    id,
    name,
    boxes: sum(({ boxes }) => boxes[id] ?? 0),
    images: sum(({ shown }) => shown[id] ?? 0),
  }));
  return {
    schema: 1,
    total_unique_images: sum(({ images }) => images),
    total_image_radiologist_combinations: sum(({ pairs }) => pairs),
    labels_created: labels,
    images_copied: placed,
    empty_labels: sum(({ empty }) => empty),
    boxes: counted.reduce((all, { boxes }) => all + boxes, 0),
    classes: counted,
    raters,
    warnings,
  };
}
