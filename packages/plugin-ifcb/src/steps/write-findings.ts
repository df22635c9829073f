import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import type { CheckedSb } from './check-sb-file.ts';

/** What was found in all files. */
export interface Findings {
  readonly files: number;
  readonly filesWithErrors: number;
  readonly errors: number;
  readonly warnings: number;
  readonly csv: FileRef;
}

/** Writes all findings as a table. */
export const writeFindings = defineStep({
  name: 'write-findings',
  async work({ checked }: { readonly checked: ResultsReader<CheckedSb> }, { output }): Promise<Findings> {
    const rows: { file: string; line: number; severity: string; rule: string; message: string }[] = [];
    const sum = { files: checked.count, filesWithErrors: 0, errors: 0, warnings: 0 };
    for await (const { result } of checked) {
      sum.filesWithErrors += result.errors > 0 ? 1 : 0;
      sum.errors += result.errors;
      sum.warnings += result.warnings;
      for (const finding of result.findings) rows.push({ file: result.key, ...finding });
    }
    const csv = [...writeCsv(rows, { columns: ['file', 'line', 'severity', 'rule', 'message'] })].join('');
    return { ...sum, csv: await output.write('findings.csv', csv) };
  },
});
