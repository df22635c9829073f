import { defineStep, type FileRef, refUrl, type ResultsReader } from '@dataset-runner/core/plugin';
import { readCsv } from '@dataset-runner/kit/csv';
import { thumbnail } from '@dataset-runner/kit/report';
import { type MetadataTable, readMetadata } from '../metadata/read-metadata.ts';
import { joinMetadata } from '../metadata/write-metadata.ts';
import { ifcbReportPage } from '../report/report-page.ts';
import type { BinSummary } from '../report/summary.ts';

/** What is reported. */
export interface ToReport {
  readonly title: string;
  readonly summaries: ResultsReader<BinSummary>;
  readonly metadata: readonly FileRef[];
  readonly qc: FileRef | null;
  readonly samples: readonly { readonly name: string; readonly images: readonly FileRef[] }[];
  readonly sources: readonly string[];
}

/** Writes the page. */
export const writeReport = defineStep({
  name: 'write-report',
  // 2: images per ml are those of bins whose volume is known.
  // 3: bins are found in tables under paths; the map goes on over the date line.
  version: 3,
  needs: { cpu: true, memoryMb: 400 },
  async work({ title, summaries, metadata, qc, samples, sources }: ToReport, { bytes, output }) {
    const bins: BinSummary[] = [];
    for await (const { result } of summaries) bins.push(result);
    const tables: MetadataTable[] = [];
    for (const table of metadata) tables.push(readMetadata(await bytes(table), { file: refUrl(table) }));
    const joined = new Map(bins.map(({ key }) => [key, joinMetadata(key, { tables, maxGapMs: 0 })]));
    const sheet = [];
    for (const { name, images } of samples) {
      const pictures = [];
      for (const image of images)
        pictures.push({
          src: await thumbnail(await bytes(image)),
          caption: image.key.slice(image.key.lastIndexOf('/') + 1),
        });
      sheet.push({ name, pictures });
    }
    const remarks = qc === null ? [] : await remarksOf(await bytes(qc), refUrl(qc));
    const provenance = sources.map((value) => ({ label: 'Made of', value }));
    const page = ifcbReportPage({ title, bins, metadata: joined, remarks, isJudged: qc !== null, sheet, provenance });
    const images = bins.reduce((sum, { classes }) => sum + classes.reduce((all, one) => all + one.images, 0), 0);
    return { bins: bins.length, images, html: await output.write('report.html', page) };
  },
});

const verdicts = [
  'filesComplete',
  'roiCountMatch',
  'roiDataComplete',
  'roiDimsValid',
  'runtimeConsistent',
  'volumePlausible',
];

async function remarksOf(csv: Uint8Array, file: string) {
  const remarks: { bin: string; verdict: string; text: string }[] = [];
  for await (const { values } of readCsv(csv, { file, required: ['bin', 'passed', 'advisories', ...verdicts] })) {
    const failed = verdicts.filter((name) => values[name] === 'false');
    const text = [...failed, values['problem'] ?? '', values['advisories']!].filter((part) => part !== '').join('; ');
    if (text !== '')
      remarks.push({ bin: values['bin']!, verdict: values['passed'] === 'true' ? 'passed' : 'failed', text });
  }
  return remarks.sort((a, b) => (a.verdict < b.verdict ? -1 : a.verdict > b.verdict ? 1 : a.bin < b.bin ? -1 : 1));
}
