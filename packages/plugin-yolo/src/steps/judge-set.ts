import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import type { SplitLine } from '../split/splits-csv.ts';
import { checkSet, type SeenImage } from '../validate/check-set.ts';
import { validationOf, validationSarif, validationText } from '../validate/reports.ts';
import type { Finding } from '../validate/rules.ts';
import type { ImageSeen } from './check-image.ts';
import type { LabelsChecked } from './check-labels.ts';

export interface SetToJudge {
  readonly images: ResultsReader<ImageSeen>;
  readonly labels: ResultsReader<LabelsChecked>;
  /** Each image of each split, and its label where there is one. */
  readonly places: readonly (readonly [file: string, split: string, label: string | null])[];
  /** Of `data.yaml`, names and folders. */
  readonly findings: readonly Finding[];
  readonly names: readonly string[];
  readonly lines: readonly SplitLine[];
  readonly distance: number;
  readonly dataFile: string;
}

export interface SetJudged {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly fixed: number;
  /** The first of the worst level; '' when there is none. */
  readonly first: string;
  readonly json: FileRef;
  readonly sarif: FileRef;
  readonly text: FileRef;
}

/** Joins what was found in every file with what shows in the whole, and writes the three reports. */
export const judgeSet = defineStep({
  name: 'judge-set',
  // 2: `#` and `?` in names of SARIF.
  // 3: braces, and files without lines, in SARIF.
  version: 3,
  async work(item: SetToJudge, { output }): Promise<SetJudged> {
    const findings = [...item.findings];
    const labels = new Map<string, LabelsChecked['files'][number]>();
    let fixed = 0;
    for await (const { result } of item.labels) {
      for (const found of result.findings) findings.push(found);
      fixed += result.fixed;
      for (const file of result.files) labels.set(file.key, file);
    }
    const images: SeenImage[] = [];
    for (const [file, split, labelKey] of item.places) {
      const seen = item.images.get(file);
      const label = labelKey === null ? undefined : labels.get(labelKey);
      images.push({
        file,
        split,
        sha256: seen?.sha256 ?? file,
        ...(seen?.phash === undefined ? {} : { phash: seen.phash }),
        width: seen?.width ?? 0,
        height: seen?.height ?? 0,
        label: label === undefined ? 'none' : label.bytes === 0 ? 'empty' : 'full',
        classes: label?.classes ?? [],
      });
    }
    for await (const { result } of item.images) for (const found of result.findings) findings.push(found);
    for (const found of checkSet({ ...item, images })) findings.push(found);
    const objects = [...labels.values()].reduce((sum, { classes }) => sum + classes.length, 0);
    const validation = validationOf({ images: images.length, labels: labels.size, objects }, findings);
    const { error, warning, info } = validation.counts;
    const worst = validation.findings.find(({ level }) => level === (error > 0 ? 'error' : 'warning'));
    return {
      errors: error,
      warnings: warning,
      notes: info,
      fixed,
      first: worst === undefined ? '' : `${worst.file}:${worst.line}:${worst.column} ${worst.code} ${worst.message}`,
      json: await output.write('validation.json', `${JSON.stringify(validation, undefined, 2)}\n`),
      sarif: await output.write('validation.sarif', validationSarif(validation)),
      text: await output.write('validation.txt', validationText(validation)),
    };
  },
});
