import { defineTask, type FileRef, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { dataFiles } from '../images/choose-images.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { lookAtImage } from '../steps/look-at-image.ts';
import { reportTrouble } from '../steps/report-trouble.ts';

const splitNames = ['train', 'training', 'val', 'valid', 'validation', 'dev', 'test', 'testing'];

/** Finds what DVC does not look for: broken and odd images, names that meet, the same picture twice or in two splits. */
export const check = defineTask({
  summary: 'Find corrupt, dark, bright and alike images, names that collide and leaks between splits',
  examples: ['runner run registry:check raw', 'runner run registry:check processed --out reports --on-leak error'],
  params: z.object({
    places: z.array(storeUrl()).min(1).describe('Folders or stores with images').meta({ positional: true }),
    out: storeUrl().default('./reports').describe('Where check.json and check.html go').meta({ short: 'o' }),
    dark: z.number().min(0).max(255).default(20).describe('Up to this brightness an image is too dark'),
    bright: z.number().min(0).max(255).default(235).describe('From this brightness on it is too bright'),
    distance: z.int().min(0).max(15).default(4).describe('Bits by which alike images may differ'),
    splits: z.array(z.string()).default(splitNames).describe('Names of folders that are parts of a split'),
    onLeak: z.enum(['report', 'error']).default('report').describe('What a picture in two parts of a split does'),
  }),
  outputs: z.object({
    images: z.int(),
    corrupt: z.int(),
    unread: z.int(),
    dark: z.int(),
    bright: z.int(),
    collisions: z.int(),
    leaks: z.int(),
    duplicates: z.int(),
    json: fileRef(),
    html: fileRef(),
  }),
  steps: { lookAtImage, reportTrouble },
  async run({ params, store, map, once }) {
    // 1. List the images of all places.
    const listed: (readonly FileRef[])[] = [];
    for (const place of params.places) listed.push(await dataFiles(await store(place)));
    const files = listed.flat();
    // 2. Decode, measure and hash each.
    const root = commonFolder(params.places.length === 1 ? [] : files.map(({ store: place }) => place));
    const images = map(lookAtImage, files, {
      key: (file) => (params.places.length === 1 ? file.key : `${file.store.slice(root.length)}/${file.key}`),
    });
    // 3. Look at all of them together and write the report.
    const { dark, bright, distance, splits } = params;
    const limits = { dark, bright, distance, splits: splits.map((name) => name.toLowerCase()) };
    const title = `Check of ${params.places.join(', ')}`;
    const found = await once(reportTrouble, { images, limits, title }, { into: params.out });
    if (params.onLeak === 'error' && found.leaks > 0) throw pipelineFailures['splits-leak']({ pairs: found.leaks });
    return found;
  },
  render: ({ images, corrupt, unread, dark, bright, collisions, leaks, duplicates, html }) =>
    `${images} images: ${corrupt} corrupt, ${unread > 0 ? `${unread} of a kind that is not read here, ` : ''}${dark} too dark, ${bright} too bright, ${collisions} names that meet, ${duplicates} alike, ${leaks} alike across splits\nsee ${html.store}/${html.key}`,
});

// What all places start with, up to a slash; the rest tells them apart.
function commonFolder(places: readonly string[]): string {
  let common = places[0] ?? '';
  for (const place of places) while (!place.startsWith(common)) common = common.slice(0, common.lastIndexOf('/'));
  return common.slice(0, common.lastIndexOf('/') + 1);
}
