import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { type ManifestLine, manifestFile, manifestText } from '../manifest.ts';
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
    const lines: ManifestLine[] = [];
    for await (const { result } of labels) lines.push(...result.lines);
    lines.sort((one, other) => (one.stem < other.stem ? -1 : 1));
    const withFiles = lines.map((line) => withFile(line, images.get(line.image)));
    const summary = summaryOf(withFiles, { classes, raters, warnings });
    const manifest = await output.write(manifestFile, withFiles.map(manifestText).join(''));
    await output.write('classes.txt', classesText(classes));
    // Not divided yet: `yolo:split` writes the one to train with.
    await output.write('data.yaml', dataYaml({ train: 'images', val: 'images' }, classes));
    await output.write('summary.json', summaryText(summary));
    return { manifest, summary };
  },
});

function withFile(line: ManifestLine, placed: FilesPlaced | undefined): ManifestLine {
  const file = placed?.files.find(({ key }) => key.replace(/\.[^.]+$/, '') === `images/${line.stem}`);
  if (file === undefined) return line;
  const { image, stem, ...rest } = line;
  return { image, stem, file: file.key, ...(file.digest === undefined ? {} : { digest: file.digest }), ...rest };
}

function summaryOf(
  lines: readonly ManifestLine[],
  { classes, raters, warnings }: Pick<WholeSet, 'classes' | 'raters' | 'warnings'>,
): Summary {
  const boxes = classes.map(() => 0);
  const images = classes.map(() => new Set<string>());
  for (const { image, labels } of lines) {
    for (const label of labels) {
      boxes[label.class]!++;
      images[label.class]!.add(image);
    }
  }
  const pairs = new Set(lines.flatMap(({ image, raters: own }) => own.map((rater) => `${image}\n${rater}`)));
  return {
    schema: 1,
    total_unique_images: new Set(lines.map(({ image }) => image)).size,
    total_image_radiologist_combinations: pairs.size,
    labels_created: lines.length,
    images_copied: lines.filter(({ file }) => file !== undefined).length,
    empty_labels: lines.filter(({ labels }) => labels.length === 0).length,
    boxes: boxes.reduce((sum, count) => sum + count, 0),
    classes: classes.map((name, id) => ({ id, name, boxes: boxes[id]!, images: images[id]!.size })),
    raters,
    warnings,
  };
}
