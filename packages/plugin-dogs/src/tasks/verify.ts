import { defineTask, fileRef, listFiles, refUrl, storeUrl, z } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';
import { lookAtImage } from '../steps/look-at-image.ts';
import { reportFindings } from '../steps/report-findings.ts';

export const verify = defineTask({
  summary: 'Look at every image of a set, and report what training code would stumble over',
  description:
    'Bytes that are not what the name says, images that do not decode, print colours, the same or nearly the same picture twice.',
  examples: ['runner run dogs:verify --images ./data/spot-raw-data/stanford/Images --out ./report'],
  params: z.object({
    images: storeUrl().describe('Where the images are'),
    out: storeUrl().describe('Where verify.csv, .json and .html are written').meta({ short: 'o' }),
    distance: z.int().min(0).max(15).default(4).describe('Bits two perceptual hashes may differ and still be reported'),
    onFinding: z.enum(['report', 'error']).default('report').describe('What to do when something was found'),
  }),
  outputs: z.object({ images: z.int(), findings: z.int(), html: fileRef() }),
  steps: { lookAtImage, reportFindings },
  async run({ params, map, once, store }) {
    // 1. Look at every image by itself.
    const files = await listFiles(await store(params.images), {
      keep: ({ key }) => /\.(jpe?g|png|gif|webp|bmp|tiff?)$/i.test(key),
    });
    if (files.length === 0) throw dogsFailures['no-images']({ place: params.images });
    const images = map(lookAtImage, files);
    // 2. Compare them all, and report.
    const { counts, html } = await once(reportFindings, { images, distance: params.distance }, { into: params.out });
    const findings = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (findings > 0 && params.onFinding === 'error') {
      const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
      throw dogsFailures['findings']({ images: files.length, kinds, report: refUrl(html) });
    }
    return { images: files.length, findings, html };
  },
  render: ({ images, findings, html }) => `${images} images, ${findings} findings: ${refUrl(html)}`,
});
