import { defineTask, refUrl, type RunContext, source, z } from '@dataset-runner/core/plugin';
import { animalFor, readAnimals } from '../austin/animal.ts';
import { isHostPair, movedHosts, type Photo, type PhotoLine, planPhotos } from '../austin/plan-photos.ts';
import { missingFile, wholeTable } from '../austin/whole-table.ts';
import { dogsFailures } from '../failures.ts';
import { placeOf } from '../layout.ts';
import { outParam } from '../params.ts';
import { annotatePhoto } from '../steps/annotate-photo.ts';
import { fetchPhoto } from '../steps/fetch-photo.ts';
import { listMissing } from '../steps/list-missing.ts';

/** Becomes part of file names, so it is a plain word. */
const internalId = z.coerce.string().regex(/^[A-Za-z0-9-]+$/, 'is no internal id: letters, digits and dashes');

export const austinParams = {
  photos: source(
    // An empty table is a mistake, and would take away all photos that came before.
    z.array(z.object({ 'AnimalInternal-ID': internalId, PhotoUrl: z.url({ protocol: /^https?$/ }) })).min(1),
  ).describe('The table of photos (apa_photos.csv): AnimalInternal-ID, PhotoUrl'),
  animals: source(z.array(z.record(z.string(), z.coerce.string())))
    .default([])
    .describe('The table of dogs (apa_dogs.csv)'),
  hosts: z
    .array(z.string().refine(isHostPair, 'is not old=new, two names of hosts'))
    .default([...movedHosts])
    .describe('Hosts of photos that have moved, old=new'),
  allowMissing: z.boolean().default(false).describe('Publish the set although photos did not come'),
};

export const austinSteps = { fetchPhoto, annotatePhoto, listMissing };
export const austinOutputs = z.object({
  set: z.string().meta({ 'x-runner': 'place' }),
  dogs: z.int(),
  photos: z.int(),
  missing: z.int(),
});

const paramsSchema = z.object({ ...outParam, ...austinParams });
export type AustinParams = z.output<typeof paramsSchema>;

/** Fetches Austin Pets Alive; the groups do it by the same lines. */
export async function runAustin(
  { map, once, publish, store, log }: Pick<RunContext<unknown>, 'map' | 'once' | 'publish' | 'store' | 'log'>,
  params: AustinParams,
): Promise<z.output<typeof austinOutputs>> {
  const place = placeOf(params.out, 'austin');
  // 1. Name every photo, and fetch it into full_quality/ under the ending its bytes deserve.
  const planned = planPhotos(await wholeTable(params.photos, await store(place)), params.hosts);
  const fetched = map(fetchPhoto, planned, { into: place, exact: true, partial: 'allow' });
  const files = new Map((await fetched.toArray()).map(({ key, file }) => [key, file]));
  // 2. Write what is known of each into annotations/.
  const animals = readAnimals(params.animals);
  const annotations = planned.flatMap(({ key, internalId: id }) => {
    const file = files.get(key);
    if (file === undefined) return [];
    return [
      { key, internal_id: id, image_file: file.key.slice(file.key.lastIndexOf('/') + 1), ...animalFor(animals, id) },
    ];
  });
  const annotated = map(annotatePhoto, annotations, { into: place, exact: true });
  // 3. List what did not come.
  const missing = planned.filter(({ key }) => !files.has(key)).map(lineOf);
  await once(listMissing, { missing, photos: planned.map(lineOf) }, { into: place, exact: true });
  await annotated;
  const list = refUrl({ store: place, key: missingFile });
  if (missing.length > 0 && !params.allowMissing) {
    throw dogsFailures['photos-missing']({ missing: missing.length, total: planned.length, list });
  }
  if (missing.length > 0) log(`${missing.length} photos are missing; ${list} lists them`);
  // 4. Write the manifest, last.
  const dogs = new Set(planned.map(({ internalId: id }) => id)).size;
  await publish(place, { name: 'Austin Pets Alive', counts: { dogs, photos: files.size, missing: missing.length } });
  return { set: place, dogs, photos: files.size, missing: missing.length };
}

function lineOf({ internalId: id, listedUrl }: Photo): PhotoLine {
  return { 'AnimalInternal-ID': id, PhotoUrl: listedUrl };
}

export const austin = defineTask({
  summary: 'Fetch the photos of Austin Pets Alive, dog by dog, into a store',
  description:
    'At most four photos of one host at a time; `lanes:` in runner.yaml says otherwise, by the name of the host.',
  examples: ['runner run dogs:austin --photos apa_photos.csv --animals apa_dogs.csv --out gs://my-bucket'],
  params: paramsSchema,
  outputs: austinOutputs,
  steps: austinSteps,
  run: ({ params, ...context }) => runAustin(context, params),
  render: ({ set, dogs, photos, missing }) =>
    `${photos} photos of ${dogs} dogs in ${set}${missing === 0 ? '' : `, ${missing} missing`}`,
});
