import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { tableToCsv, tableToParquet } from '@dataset-runner/kit/table';
import { qcPage } from '../qc/qc-page.ts';
import { qcColumns, type QcRow } from '../qc/qc-row.ts';

/** Where the judged bins stand. */
export interface QcFiles {
  readonly bins: number;
  readonly failed: number;
  readonly advised: number;
  readonly csv: FileRef;
  readonly parquet: FileRef;
  readonly html: FileRef;
}

/** Writes the verdicts as two tables and a page. */
export const writeQc = defineStep({
  name: 'write-qc',
  needs: { cpu: true },
  async work({ checked }: { readonly checked: ResultsReader<QcRow> }, { output }): Promise<QcFiles> {
    const rows: QcRow[] = [];
    for await (const { result } of checked) rows.push(result);
    const table = { columns: qcColumns, rows: rows.map(({ key, ...row }) => ({ bin: key, ...row })) };
    return {
      bins: rows.length,
      failed: rows.filter(({ passed }) => !passed).length,
      advised: rows.filter(({ advisories }) => advisories !== '').length,
      csv: await output.write('qc.csv', tableToCsv(table)),
      parquet: await output.write('qc.parquet', await tableToParquet(table)),
      html: await output.write('qc.html', qcPage(rows)),
    };
  },
});
