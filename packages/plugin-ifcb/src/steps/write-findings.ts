import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import type { CheckedSb } from './check-sb-file.ts';

/** What was found in all files. */
export interface Findings {
  readonly files: number;
  readonly filesWithErrors: number;
  readonly errors: number;
  readonly warnings: number;
  /** The first errors and warnings, each `file:line: severity rule: message`. */
  readonly first: readonly string[];
  readonly csv: FileRef;
}

const shown = 20;

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
    const worst = ['error', 'warning'].flatMap((severity) =>
      rows.filter((row) => row.severity === severity).slice(0, shown),
    );
    const first = worst
      .slice(0, shown)
      .map((row) => `${row.file}:${row.line}: ${row.severity} ${row.rule}: ${row.message}`);
    const csv = [...writeCsv(rows, { columns: ['file', 'line', 'severity', 'rule', 'message'] })].join('');
    return { ...sum, first, csv: await output.write('findings.csv', csv) };
  },
});
