import { defineTask, storeUrl, z } from '@dataset-runner/core/plugin';
import { listAnnotations } from '../labels/list-annotations.ts';
import { readLabel } from '../steps/read-label.ts';
import { labelFormats, writeLabels } from '../steps/write-labels.ts';

export const labels = defineTask({
  summary: 'Turn the annotations of Stanford and Tsinghua Dogs into one tidy table',
  description:
    'One row a dog: body box, head box where there is one, breed as its source writes it and one label for all sources.',
  examples: [
    'runner run dogs:labels --annotations ./data/spot-raw-data/stanford/Annotation --out ./labels',
    'runner run dogs:labels --annotations gs://b/spot-raw-data/stanford/Annotation --annotations gs://b/spot-raw-data/tsinghua/Low-Annotations --out gs://b/labels --formats csv --formats coco',
  ],
  params: z.object({
    annotations: z.array(storeUrl()).min(1).describe('Where the annotations are; several places make one table'),
    out: storeUrl().describe('Where the tables are written').meta({ short: 'o' }),
    formats: z.array(z.enum(labelFormats)).min(1).default(['csv', 'parquet']).describe('csv, parquet, yolo, coco'),
  }),
  outputs: z.object({ images: z.int(), dogs: z.int(), breeds: z.int() }),
  steps: { readLabel, writeLabels },
  async run({ params, map, once, store }) {
    // 1. Read every annotation.
    const read = map(readLabel, await listAnnotations({ store }, params.annotations));
    // 2. Write the tables.
    const { images, dogs, breeds } = await once(
      writeLabels,
      { labels: read, formats: params.formats },
      { into: params.out, exact: true },
    );
    return { images, dogs, breeds };
  },
  render: ({ images, dogs, breeds }) => `${dogs} dogs of ${breeds} breeds in ${images} images`,
});
