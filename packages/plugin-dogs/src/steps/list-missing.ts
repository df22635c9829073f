import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import type { PhotoLine } from '../austin/plan-photos.ts';

export const missingFile = 'failures.csv';

/** Lists the photos that did not come, as a table that can be given as `--photos`; none leave no file. */
export const listMissing = defineStep({
  name: 'list-missing',
  async work({ missing }: { readonly missing: readonly PhotoLine[] }, { output }): Promise<FileRef | null> {
    if (missing.length === 0) return null;
    const lines = missing.map((line) => ({ ...line }));
    return output.write(
      missingFile,
      [...writeCsv(lines, { columns: ['AnimalInternal-ID', 'PhotoUrl'], formulas: 'keep' })].join(''),
    );
  },
});
