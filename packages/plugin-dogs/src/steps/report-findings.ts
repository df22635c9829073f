import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { writeCsv } from '@dataset-runner/kit/csv';
import { reportPage } from '@dataset-runner/kit/report';
import type { Finding, SeenImage } from '../verify/finding.ts';
import { judgeSet } from '../verify/judge-set.ts';

export interface SetToJudge {
  readonly images: ResultsReader<SeenImage>;
  /** Bits two perceptual hashes may differ. */
  readonly distance: number;
}

export interface Judged {
  readonly images: number;
  readonly counts: { readonly [kind: string]: number };
  readonly csv: FileRef;
  readonly html: FileRef;
  readonly json: FileRef;
}

/** Compares all images of a set, and writes what was found: as a table, as JSON, as a page. */
export const reportFindings = defineStep({
  name: 'report-findings',
  needs: { cpu: true },
  async work({ images: reader, distance }: SetToJudge, { output }): Promise<Judged> {
    const images: SeenImage[] = [];
    for await (const { result } of reader) images.push(result);
    const findings = judgeSet(images, distance);
    const counts: Record<string, number> = {};
    for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
    const rows = findings.map(({ kind, image, message }) => ({ image, kind, message }));
    return {
      images: images.length,
      counts,
      csv: await output.write('verify.csv', [...writeCsv(rows, { columns: ['image', 'kind', 'message'] })].join('')),
      json: await output.write(
        'verify.json',
        `${JSON.stringify({ images: images.length, counts, findings }, undefined, 2)}\n`,
      ),
      html: await output.write('verify.html', page(images.length, counts, findings)),
    };
  },
});

/** Lines of the page; the table has them all. */
const shownLines = 500;

function page(images: number, counts: { readonly [kind: string]: number }, findings: readonly Finding[]): string {
  return reportPage({
    title: 'What was found among the images',
    figures: [
      { label: 'images', value: String(images) },
      ...Object.entries(counts).map(([kind, count]) => ({ label: kind, value: String(count) })),
    ],
    sections: [
      {
        title: findings.length > shownLines ? `The first ${shownLines} of ${findings.length} findings` : 'All findings',
        blocks: [
          {
            kind: 'table',
            caption: 'By image; verify.csv has them all',
            columns: ['image', 'kind', 'finding'],
            rows: findings.slice(0, shownLines).map(({ image, kind, message }) => [image, kind, message]),
          },
        ],
      },
    ],
  });
}
