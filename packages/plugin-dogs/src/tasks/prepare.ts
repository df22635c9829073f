import { defineTask, type FileRef, listFiles, type RunContext, storeUrl, z } from '@dataset-runner/core/plugin';
import { splitManifest } from '@dataset-runner/kit/split-manifest';
import { dogsFailures } from '../failures.ts';
import { listAnnotations } from '../labels/list-annotations.ts';
import { cropsOf } from '../layout.ts';
import { placeCrops, type PlacedCrop } from '../prepare/place-crops.ts';
import { planBreedCrops, planDogCrops, type PlannedCrop } from '../prepare/plan-crops.ts';
import { cropDog } from '../steps/crop-dog.ts';
import { indexShards } from '../steps/index-shards.ts';
import { packShard, type Shard } from '../steps/pack-shard.ts';
import { placeCrop } from '../steps/place-crop.ts';
import { readDogNote } from '../steps/read-dog-note.ts';
import { readLabel } from '../steps/read-label.ts';
import { writeSplit } from '../steps/write-split.ts';

const params = z.object({
  images: storeUrl().describe('Where the images are'),
  annotations: storeUrl().describe('Where their annotations are: XML of breeds, or JSON of single dogs'),
  by: z
    .enum(['breed', 'dog'])
    .default('breed')
    .describe('breed: cut out by the boxes of XML; dog: whole photos, by JSON'),
  out: storeUrl().describe('Where the set is written').meta({ short: 'o' }),
  side: z.int().min(16).max(2048).default(224).describe('Pixels of each side'),
  margin: z.number().min(0).max(1).default(0).describe('Share of a box to keep around it'),
  val: z.number().gt(0).lt(0.5).default(0.15).describe('Share of each class for validation'),
  test: z.number().gt(0).lt(0.5).default(0.15).describe('Share of each class for testing'),
  seed: z.int().default(215).describe('Seed of the split'),
  onBroken: z.enum(['error', 'leave-out']).default('error').describe('What to do with a dog that cannot be cut out'),
  shardSize: z.int().min(0).default(0).describe('Dogs in one WebDataset shard; 0 writes none'),
});

export const prepare = defineTask({
  summary: 'Cut every dog out, bring it to one size, and divide the set without leaks',
  description:
    'A dog, and an image, stands in one part only; classes are even in all of them, and small ones are for training.',
  examples: [
    'runner run dogs:prepare --images ./data/spot-raw-data/stanford/Images --annotations ./data/spot-raw-data/stanford/Annotation --out ./set',
    'runner run dogs:prepare --by dog --images ./data/spot-raw-data/austin/full_quality --annotations ./data/spot-raw-data/austin/annotations --out ./set --shard-size 1000',
  ],
  params,
  outputs: z.object({ train: z.int(), val: z.int(), test: z.int(), classes: z.int(), leftOut: z.int() }),
  steps: { readLabel, readDogNote, cropDog, placeCrop, writeSplit, packShard, indexShards },
  async run({ params: of, map, once, store, publish, log }) {
    // 1. Find the dogs: boxes of annotated images, or photos whose dog is known.
    const planned = await planCrops({ map, store }, of);
    if (planned.length === 0) throw dogsFailures['none-annotated']({ images: of.images, annotations: of.annotations });
    // 2. Cut each out and bring it to size.
    const cropped = await map(cropDog, planned, { into: cropsOf(of.out), uses: { side: of.side } }).toArray();
    const broken = cropped.flatMap((crop) => ('leftOut' in crop ? [crop] : []));
    const [first] = broken;
    if (first !== undefined && of.onBroken === 'error') {
      throw dogsFailures.unprepared({ count: broken.length, first: first.key, why: first.leftOut });
    }
    for (const { key, leftOut } of broken) log(`${key} is left out: ${leftOut}`);
    // 3. Divide them, and put each into <part>/<breed>/.
    const { plan, placed } = placeCrops(cropped, of);
    for (const { message } of plan.warnings) log(message);
    map(placeCrop, placed, { into: of.out, exact: true });
    await once(writeSplit, { text: [...splitManifest(plan.assignments)].join('') }, { into: of.out });
    // 4. Pack shards, when asked.
    const classes = [...new Set(placed.map(({ label }) => label))].sort();
    const shards = map(packShard, shardsOf(placed, classes, of.shardSize), { into: of.out, exact: true });
    const index = of.shardSize > 0 ? [{ key: 'index', shards: await shards.toArray(), classes }] : [];
    map(indexShards, index, { into: of.out, exact: true });
    // 5. Write the manifest.
    const count = (part: string): number => placed.filter((crop) => crop.part === part).length;
    const counts = { train: count('train'), val: count('val'), test: count('test') };
    await publish(of.out, { name: `dogs by ${of.by}, ${of.side} pixels`, counts });
    return { ...counts, classes: classes.length, leftOut: broken.length };
  },
  render: ({ train, val, test, classes, leftOut }) =>
    `${classes} classes: ${train} dogs to train, ${val} to validate, ${test} to test${leftOut === 0 ? '' : `; ${leftOut} left out`}`,
});

async function planCrops(
  context: Pick<RunContext<unknown>, 'map' | 'store'>,
  { images: place, annotations, by, margin }: z.output<typeof params>,
): Promise<PlannedCrop[]> {
  const { map, store } = context;
  const images = await listFiles(await store(place), {
    keep: ({ key }) => /\.(jpe?g|png|webp|gif|bmp|tiff?)$/i.test(key),
  });
  if (images.length === 0) throw dogsFailures['no-images']({ place });
  if (by === 'breed') {
    const labels = await map(readLabel, await listAnnotations(context, [annotations])).toArray();
    return planBreedCrops(images, labels, margin);
  }
  const notes: FileRef[] = await listFiles(await store(annotations), { keep: ({ key }) => key.endsWith('.json') });
  if (notes.length === 0) throw dogsFailures['no-annotations']({ place: annotations });
  return planDogCrops(images, await map(readDogNote, notes).toArray());
}

function shardsOf(placed: readonly PlacedCrop[], classes: readonly string[], shardSize: number): Shard[] {
  if (shardSize === 0) return [];
  return ['train', 'val', 'test'].flatMap((part) => {
    const crops = placed.filter((crop) => crop.part === part);
    return Array.from({ length: Math.ceil(crops.length / shardSize) }, (_, index) => ({
      key: `${part}-${String(index).padStart(6, '0')}`,
      crops: crops.slice(index * shardSize, (index + 1) * shardSize),
      classes,
    }));
  });
}
