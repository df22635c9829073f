import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { readFileSync } from 'node:fs';
import { checkBoxes } from '../validate/check-boxes.ts';
import { fixLabel } from '../validate/fix-label.ts';
import { type LabelShape, readLabel } from '../validate/read-label.ts';
import type { Finding } from '../validate/rules.ts';

export interface LabelsToCheck {
  readonly key: string;
  readonly files: readonly FileRef[];
  readonly shape: Omit<LabelShape, 'file'>;
  /** Writes labels that can be put right into the map's place. */
  readonly fix: boolean;
}

export interface LabelsChecked {
  readonly files: readonly { readonly key: string; readonly bytes: number; readonly classes: readonly number[] }[];
  readonly findings: readonly Finding[];
  readonly fixed: number;
}

/** Checks the label files of one shard. */
export const checkLabels = defineStep({
  name: 'check-labels',
  // 3: CR alone ends a line; a visibility is not below 0; rows are the same by their numbers.
  // 4: boxes a little over the edge are put right, boxes outside are not.
  // 5: a byte order mark is no column.
  version: 5,
  needs: { cpu: true },
  async work(item: LabelsToCheck, { localPath, output }): Promise<LabelsChecked> {
    const files: LabelsChecked['files'][number][] = [];
    const findings: Finding[] = [];
    let fixed = 0;
    for (const file of item.files) {
      const text = readFileSync(await localPath(file));
      const shape = { ...item.shape, file: file.key };
      const read = readLabel(text, shape);
      findings.push(...read.findings, ...checkBoxes(read.rows, file.key));
      const bytes = text.toString('utf8').trim().length;
      files.push({ key: file.key, bytes, classes: read.rows.map(({ classId }) => classId) });
      const better = item.fix ? fixLabel(text, shape) : undefined;
      if (better === undefined) continue;
      await output.write(file.key, better);
      fixed++;
    }
    return { files, findings, fixed };
  },
});
