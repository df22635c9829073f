import { defineStep, type FileRef, type FolderRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import { tableToCsv, tableToParquet } from '@dataset-runner/kit/table';
import { breedAliases } from '../breeds/aliases.ts';
import { dogsFailures } from '../failures.ts';
import type { Label } from '../labels/label.ts';
import { classesOf, cocoText, labelTable, yoloText } from '../labels/label-tables.ts';

export const labelFormats = ['csv', 'parquet', 'yolo', 'coco'] as const;

export interface LabelsToWrite {
  readonly labels: ResultsReader<Label>;
  readonly formats: readonly (typeof labelFormats)[number][];
}

export interface LabelsWritten {
  readonly images: number;
  readonly dogs: number;
  readonly breeds: number;
  readonly files: readonly (FileRef | FolderRef)[];
}

/** Writes all labels in the formats asked for, and the table of names that were made one. */
export const writeLabels = defineStep({
  name: 'write-labels',
  // 2: boxes of YOLO labels are cut as boxes.
  version: 2,
  needs: { cpu: true },
  async work({ labels: reader, formats }: LabelsToWrite, { output }): Promise<LabelsWritten> {
    const labels: Label[] = [];
    // Its dogs would count twice in tables, and one of its YOLO files would be lost.
    const seen = new Map<string, string>();
    for await (const { key, result } of reader) {
      const other = seen.get(result.image);
      if (other !== undefined) throw dogsFailures['image-twice']({ image: result.image, files: [other, key] });
      seen.set(result.image, key);
      labels.push(result);
    }
    const classes = classesOf(labels);
    const table = labelTable(labels);
    const files: (FileRef | FolderRef)[] = [];
    if (formats.includes('csv')) files.push(await output.write('labels.csv', tableToCsv(table)));
    if (formats.includes('parquet')) files.push(await output.write('labels.parquet', await tableToParquet(table)));
    if (formats.includes('coco')) files.push(await output.write('coco.json', cocoText(labels, classes)));
    if (formats.includes('yolo')) {
      const folder = await output.folder('yolo');
      await folder.write('classes.txt', classes.map((name) => `${name}\n`).join(''));
      for (const label of labels) await folder.write(`labels/${label.image}.txt`, yoloText(label, classes));
      files.push(await folder.close());
    }
    const aliases = breedAliases.flatMap(({ label, aliases: names, provenance }) =>
      names.map((alias) => ({ alias, label, provenance })),
    );
    files.push(
      await output.write('aliases.csv', [...writeCsv(aliases, { columns: ['alias', 'label', 'provenance'] })].join('')),
    );
    return { images: labels.length, dogs: table.rows.length, breeds: classes.length, files };
  },
});
