import { reportPage } from '@dataset-runner/kit/report';
import type { QcRow } from './qc-row.ts';

// Rows a browser still scrolls through well; the table files have them all.
const shownRows = 2_000;

/** The table as a page: bins that fail first, then those with advisories, then the others. */
export function qcPage(rows: readonly QcRow[]): string {
  const failed = rows.filter(({ passed }) => !passed);
  const advised = rows.filter(({ passed, advisories }) => passed && advisories !== '');
  const others = rows.filter(({ passed, advisories }) => passed && advisories === '');
  const total = (name: 'images' | 'mlBest'): number => rows.reduce((sum, row) => sum + (row[name] ?? 0), 0);
  const shown = [...failed, ...advised, ...others].slice(0, shownRows);
  const caption =
    shown.length === rows.length
      ? 'All bins; those that fail first.'
      : `${shown.length} of ${rows.length} bins, those that fail first; qc.csv has them all.`;
  return reportPage({
    title: 'Quality of raw bins',
    figures: [
      { label: 'bins', value: rows.length },
      { label: 'failed', value: failed.length, tone: failed.length === 0 ? 'good' : 'bad' },
      { label: 'with advisories', value: rows.filter(({ advisories }) => advisories !== '').length },
      { label: 'images', value: total('images') },
      { label: 'ml analysed', value: Math.round(total('mlBest') * 1_000) / 1_000 },
    ],
    sections: [
      {
        title: 'Bins',
        blocks: [
          {
            kind: 'table',
            caption,
            columns: ['bin', 'verdict', 'images', 'ml header', 'ml rows', 'ml best', 'remarks'],
            rows: shown.map((row) => [
              row.key,
              row.passed ? 'passed' : 'failed',
              row.images ?? '',
              rounded(row.mlHeader),
              rounded(row.mlAdc),
              rounded(row.mlBest),
              remarksOf(row),
            ]),
          },
        ],
      },
    ],
  });
}

function rounded(value: number | null): string | number {
  return value === null ? '' : value.toFixed(4);
}

function remarksOf(row: QcRow): string {
  const failed = [
    row.filesComplete ? '' : 'files are missing',
    row.roiCountMatch === false ? 'the header counts other images' : '',
    row.roiDataComplete === false ? 'images beyond the end of .roi' : '',
    row.roiDimsValid === false ? 'impossible sizes' : '',
    row.runtimeConsistent === false ? 'run times differ by more than 2 %' : '',
    row.volumePlausible === false ? 'more water than the syringe holds' : '',
  ];
  return [row.problem ?? '', ...failed, row.advisories].filter((text) => text !== '').join('; ');
}
