import { defineTask, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { type ManifestLine, manifestFile, readManifest } from '../manifest.ts';
import { usualSizes } from '../split/sizes.ts';
import { readSplits, type SplitLine, splitsFile } from '../split/splits-csv.ts';
import { placeFiles } from '../steps/place-files.ts';
import { planSplits } from '../steps/plan-splits.ts';
import { placeName } from './convert-inputs.ts';
import { fileOfSet, placesOf, textOf } from './split-places.ts';

/** Divides a converted set; what is written here is the only division, for no later task makes another. */
export const split = defineTask({
  summary: 'Divide a set into training, validation, test, staging, canary and production without leaks',
  examples: [
    'runner run yolo:split --set ./set --out ./organized',
    "runner run yolo:split --set ./set --out ./organized --group-by '^(\\d{8})_' --sticky",
    'runner run yolo:split --set ./set --out ./organized --groups ./Data_Entry.csv --sizes \'{"train":0.8,"val":0.2}\'',
  ],
  params: z.object({
    set: storeUrl().describe('The set that convert made'),
    out: storeUrl().describe('Where the divided set is published').meta({ short: 'o' }),
    sizes: source(z.record(z.string(), z.number().min(0)))
      .default({ ...usualSizes })
      .describe('Sizes or shares by split; scaled to the number of images, exact where they add up to it'),
    seed: z.int().default(1).describe('Seed of the order in which images are placed'),
    stratify: z.boolean().default(true).describe('Keep the share of every class even'),
    groupBy: z
      .string()
      .min(1)
      .optional()
      .describe('Pattern whose first capture in the image id is what must stay together'),
    groups: fileRef().optional().describe('CSV that names the group (the patient) of each image; may be gzipped'),
    imageColumn: z.string().default('Image Index').describe('Column of the image in --groups'),
    groupColumn: z.string().default('Patient ID').describe('Column of the group in --groups'),
    sticky: z.boolean().default(false).describe('Keep every image in the split it has in the set that is there'),
    layout: z
      .enum(['folders', 'none'])
      .default('folders')
      .describe('Put images and labels into <split>/images and <split>/labels, or write splits.csv alone'),
    place: z.enum(['link', 'copy']).default('link').describe('Files as hard links where possible, or as copies'),
  }),
  outputs: z.object({
    set: z.string().meta({ 'x-runner': 'place' }),
    splits: fileRef(),
    counts: z.record(z.string(), z.int()),
  }),
  steps: { planSplits, placeFiles },

  async run({ params, map, once, publish, store, log }) {
    const { out, seed, stratify, sizes } = params;
    const set = await store(params.set);
    const folders = params.layout === 'folders';
    // 1. Divide the images, prove that nothing leaks, and write splits.csv.
    const readImages = async (): Promise<ManifestLine[]> => readManifest(await textOf(set, manifestFile));
    const linesIn = async (place: string): Promise<SplitLine[]> =>
      readSplits((await textOf(await store(place), splitsFile)) || emptySplits);
    const { groups, imageColumn, groupColumn } = params;
    const asked = {
      manifest: await fileOfSet(set, manifestFile),
      summary: await fileOfSet(set, 'summary.json'),
      sizes,
      seed,
      stratify,
      ...(params.groupBy === undefined ? {} : { pattern: params.groupBy }),
      ...(groups === undefined ? {} : { table: { file: groups, imageColumn, groupColumn } }),
    };
    let previous: readonly SplitLine[] = [];
    if (params.sticky) {
      const images = await readImages();
      previous = await linesIn(out);
      if (!arePlaced(images, previous)) {
        const into = `work:yolo/splits/${placeName(out)}`;
        await once(planSplits, { ...asked, previous, folders: false }, { into, key: 'sticky' });
        previous = await linesIn(into);
      }
      // Once all are placed, what is asked here is what the next run will ask, which then finds it done.
      previous = placesAlone(images, previous);
    }
    const divided = await once(planSplits, { ...asked, previous, folders }, { into: out });
    for (const warning of divided.warnings) log(warning);
    // 2. Put each image and its labels into the folder of its split; without folders, none of an earlier run stays.
    const files = folders ? await listFiles(set, { keep: ({ key }) => /^(images|labels)\//.test(key) }) : [];
    const places = folders ? placesOf(files, await readImages(), await linesIn(out), params.place) : [];
    await map(placeFiles, places, { into: out, exact: true });
    // 3. Say what the set is.
    await publish(out, { name: 'divided detection set', counts: divided.counts });
    return { set: out, splits: divided.splits, counts: divided.counts };
  },

  render: ({ set, counts }) =>
    `${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')} in ${set}`,
});

const emptySplits = 'image,split,group,classes\n';

function arePlaced(manifest: readonly ManifestLine[], lines: readonly SplitLine[]): boolean {
  const placed = new Set(lines.map(({ image }) => image));
  return manifest.every(({ image }) => placed.has(image));
}

/** Without images that are gone, and without groups and classes, which are read anew. */
function placesAlone(manifest: readonly ManifestLine[], lines: readonly SplitLine[]): SplitLine[] {
  const images = new Set(manifest.map(({ image }) => image));
  return lines.flatMap(({ image, split }) => (images.has(image) ? [{ image, split, group: '', classes: [] }] : []));
}
