import { defineTask, type RunContext, z } from '@dataset-runner/core/plugin';
import { stanfordArchives } from '../archive/archives.ts';
import { carryArchives, carrySteps } from '../archive/carry-archives.ts';
import { archiveParams, archivesParam, outParam } from '../params.ts';
import { breedSetOutputs, type BreedSetParams, describeBreedSet, renderBreedSet } from './breed-set.ts';

/** Carries Stanford Dogs; the groups do it by the same lines. */
export async function runStanford(
  context: Pick<RunContext<unknown>, 'map' | 'publish' | 'log'>,
  params: BreedSetParams,
) {
  // 1. Stream both archives into <out>/spot-raw-data/stanford/{Images,Annotation}, and lock what came.
  const carried = await carryArchives(context, { dataset: 'stanford', ...params });
  // 2. Write the manifest, last: what has none is not whole.
  const set = describeBreedSet(carried, 'Images', { name: 'Stanford Dogs' });
  await context.publish(carried.place, set.about);
  return set.result;
}

export const stanford = defineTask({
  summary: 'Carry Stanford Dogs (120 breeds) from its archives into a store',
  description:
    'Files go from http through the extractor into the store, without a local copy; the digests of both archives are pinned. A run that was ended goes on inside the archive.',
  examples: ['runner run dogs:stanford --out gs://my-bucket', 'runner run dogs:stanford --out ./data'],
  params: z.object({ ...outParam, ...archiveParams, archives: archivesParam(stanfordArchives) }),
  outputs: breedSetOutputs,
  steps: carrySteps,
  run: ({ params, ...context }) => runStanford(context, params),
  render: renderBreedSet,
});
