import { defineTask, z } from '@dataset-runner/core/plugin';
import { stanfordArchives, tsinghuaArchives } from '../archive/archives.ts';
import { carrySteps } from '../archive/carry-archives.ts';
import { archiveParams, archivesParam, outParam } from '../params.ts';
import { austinOutputs, austinParams, austinSteps, runAustin } from './austin.ts';
import { breedSetOutputs } from './breed-set.ts';
import { runStanford } from './stanford.ts';
import { runTsinghua } from './tsinghua.ts';

const breedParams = {
  ...archiveParams,
  stanfordArchives: archivesParam(stanfordArchives),
  tsinghuaArchives: archivesParam(tsinghuaArchives),
};

/** All sets of breeds, side by side. */
export const breeds = defineTask({
  summary: 'Carry both sets of breeds: Stanford Dogs and Tsinghua Dogs',
  examples: ['runner run dogs:breeds --out gs://my-bucket'],
  params: z.object({ ...outParam, ...breedParams }),
  outputs: z.object({ stanford: breedSetOutputs, tsinghua: breedSetOutputs }),
  steps: carrySteps,
  async run({ params, ...context }) {
    const [stanford, tsinghua] = await Promise.all([
      runStanford(context, { ...params, archives: params.stanfordArchives }),
      runTsinghua(context, { ...params, archives: params.tsinghuaArchives }),
    ]);
    return { stanford, tsinghua };
  },
});

/** All sets of single dogs; one for now. */
export const individuals = defineTask({
  summary: 'Fetch all sets of individual dogs: Austin Pets Alive',
  examples: ['runner run dogs:individuals --photos apa_photos.csv --out gs://my-bucket'],
  params: z.object({ ...outParam, ...austinParams }),
  outputs: z.object({ austin: austinOutputs }),
  steps: austinSteps,
  run: async ({ params, ...context }) => ({ austin: await runAustin(context, params) }),
});

/** Everything, side by side. */
export const all = defineTask({
  summary: 'Carry all sets: Stanford Dogs, Tsinghua Dogs and Austin Pets Alive',
  examples: ['runner run dogs:all --photos apa_photos.csv --animals apa_dogs.csv --out gs://my-bucket'],
  params: z.object({ ...outParam, ...breedParams, ...austinParams }),
  outputs: z.object({ stanford: breedSetOutputs, tsinghua: breedSetOutputs, austin: austinOutputs }),
  steps: { ...carrySteps, ...austinSteps },
  async run({ params, ...context }) {
    const [stanford, tsinghua, austin] = await Promise.all([
      runStanford(context, { ...params, archives: params.stanfordArchives }),
      runTsinghua(context, { ...params, archives: params.tsinghuaArchives }),
      runAustin(context, params),
    ]);
    return { stanford, tsinghua, austin };
  },
});
