import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import type { PhotoLine } from '../austin/plan-photos.ts';
import { missingFile, photoColumns, photosFile } from '../austin/whole-table.ts';

export interface PhotosAsked {
  readonly missing: readonly PhotoLine[];
  /** All that were asked for. */
  readonly photos: readonly PhotoLine[];
}

/** Lists the photos that did not come, as a table that can be given as `--photos`; none leave no such file. */
export const listMissing = defineStep({
  name: 'list-missing',
  // 2: with the whole table beside it.
  version: 2,
  async work({ missing, photos }: PhotosAsked, { output }): Promise<FileRef | null> {
    await output.write(photosFile, tableText(photos));
    return missing.length === 0 ? null : output.write(missingFile, tableText(missing));
  },
});

function tableText(lines: readonly PhotoLine[]): string {
  const rows = lines.map((line) => ({ ...line }));
  return [...writeCsv(rows, { columns: photoColumns, formulas: 'keep' })].join('');
}
