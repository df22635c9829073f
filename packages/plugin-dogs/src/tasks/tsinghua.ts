import { defineTask, type RunContext, z } from '@dataset-runner/core/plugin';
import { tsinghuaArchives } from '../archive/archives.ts';
import { carryArchives, carrySteps } from '../archive/carry-archives.ts';
import { archiveParams, archivesParam, outParam } from '../params.ts';
import { breedSetOutputs, type BreedSetParams, describeBreedSet, renderBreedSet } from './breed-set.ts';

/** Carries Tsinghua Dogs; the groups do it by the same lines. */
export async function runTsinghua(
  context: Pick<RunContext<unknown>, 'map' | 'publish' | 'log'>,
  params: BreedSetParams,
) {
  // 1. Read both zips where they are, into <out>/spot-raw-data/tsinghua/{low-resolution,Low-Annotations}; lock them.
  const carried = await carryArchives(context, { dataset: 'tsinghua', ...params });
  // 2. Write the manifest, last: what has none is not whole.
  const set = describeBreedSet(carried, 'low-resolution', { name: 'Tsinghua Dogs', licence: 'academic use only' });
  await context.publish(carried.place, set.about);
  return set.result;
}

export const tsinghua = defineTask({
  summary: 'Carry Tsinghua Dogs (130 breeds, low resolution) from its zips into a store',
  description:
    'The directory of a zip is read first and each file by a range of its own, so a run that was ended fetches only what is missing. A server without ranges has its zip spooled to this disk, and the log says so.',
  examples: ['runner run dogs:tsinghua --out gs://my-bucket', 'runner run dogs:tsinghua --out ./data --spool'],
  params: z.object({ ...outParam, ...archiveParams, archives: archivesParam(tsinghuaArchives) }),
  outputs: breedSetOutputs,
  steps: carrySteps,
  run: ({ params, ...context }) => runTsinghua(context, params),
  render: renderBreedSet,
});
