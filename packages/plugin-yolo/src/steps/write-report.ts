import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { thumbnail } from '@dataset-runner/kit/report';
import type { SamplePicture } from '../dashboard/dashboard.ts';
import { dashboardPage } from '../dashboard/page.ts';
import { cornersOf } from '../detect/detection.ts';
import { readPredictions } from '../detect/predictions.ts';
import type { Analysis } from './analyse-set.ts';

export interface ReportToWrite {
  readonly analysis: FileRef;
  readonly pictures: readonly (FileRef | null)[];
  readonly predictions: FileRef | null;
}

export interface ReportWritten {
  readonly page: FileRef;
  readonly json: FileRef;
}

/** Pixels of the longer side of a sample; it is shown at half of that. */
const sampleSidePx = 420;

/** Makes small pictures of the samples and writes `report.html` and `report.json`. */
export const writeReport = defineStep({
  name: 'write-report',
  // 2: the page reads 16 bits of raters and splits.
  version: 2,
  needs: { cpu: true },
  async work(item: ReportToWrite, { bytes, output }): Promise<ReportWritten> {
    const text = async (file: FileRef): Promise<string> => Buffer.from(await bytes(file)).toString('utf8');
    const { dashboard, page, samples } = JSON.parse(await text(item.analysis)) as Analysis;
    const lines = item.predictions === null ? [] : readPredictions(await text(item.predictions), item.predictions.key);
    const predicted = new Map(lines.map((line) => [line.image, line.detections]));
    const pictures: SamplePicture[] = [];
    for (const [at, one] of samples.entries()) {
      const file = item.pictures[at] ?? null;
      const src = file === null ? undefined : await thumbnail(await bytes(file), { sidePx: sampleSidePx });
      const found = file === null ? undefined : predicted.get(file.key);
      pictures.push({
        ...one,
        ...(src === undefined ? {} : { src }),
        ...(found === undefined
          ? {}
          : {
              predictions: found.map(({ class: id, confidence, box }) => [id, confidence, ...cornersOf(box)] as const),
            }),
      });
    }
    return {
      page: await output.write('report.html', dashboardPage(dashboard, { ...page, samples: pictures })),
      json: await output.write('report.json', `${JSON.stringify(dashboard, undefined, 2)}\n`),
    };
  },
});
