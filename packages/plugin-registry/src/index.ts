import { definePlugin } from '@dataset-runner/core/plugin';
import { registryFailures } from './failures.ts';
import { pipelineFailures } from './pipeline/pipeline-failures.ts';
import { remoteDriver } from './remotes/remote-driver.ts';

/** A versioned image data registry that reads and writes DVC's own files. */
export default definePlugin({
  name: 'registry',
  api: 1,
  tasks: {
    init: async () => (await import('./tasks/daily.ts')).init,
    remote: async () => (await import('./tasks/daily.ts')).remote,
    add: async () => (await import('./tasks/daily.ts')).add,
    commit: async () => (await import('./tasks/daily.ts')).commit,
    status: async () => (await import('./tasks/daily.ts')).status,
    push: async () => (await import('./tasks/daily.ts')).push,
    fetch: async () => (await import('./tasks/daily.ts')).fetch,
    pull: async () => (await import('./tasks/daily.ts')).pull,
    checkout: async () => (await import('./tasks/daily.ts')).checkout,
    'stage-add': async () => (await import('./tasks/stages.ts')).stageAdd,
    run: async () => (await import('./tasks/stages.ts')).run,
    repro: async () => (await import('./tasks/stages.ts')).repro,
    dag: async () => (await import('./tasks/stages.ts')).dag,
    params: async () => (await import('./tasks/stages.ts')).params,
    metrics: async () => (await import('./tasks/stages.ts')).metrics,
    check: async () => (await import('./tasks/images.ts')).check,
    card: async () => (await import('./tasks/images.ts')).card,
    export: async () => (await import('./tasks/images.ts')).exportTask,
    'remove-corrupted': async () => (await import('./tasks/images.ts')).removeCorrupted,
    'remove-dark-and-bright': async () => (await import('./tasks/images.ts')).removeDarkAndBright,
    'classify-day-night-foggy': async () => (await import('./tasks/images.ts')).classifyDayNightFoggy,
    diff: async () => (await import('./tasks/tracked.ts')).diff,
    remove: async () => (await import('./tasks/tracked.ts')).remove,
    move: async () => (await import('./tasks/tracked.ts')).move,
    gc: async () => (await import('./tasks/tracked.ts')).gc,
    import: async () => (await import('./tasks/tracked.ts')).importTask,
    'import-url': async () => (await import('./tasks/tracked.ts')).importUrl,
    update: async () => (await import('./tasks/tracked.ts')).update,
    get: async () => (await import('./tasks/tracked.ts')).get,
    list: async () => (await import('./tasks/tracked.ts')).list,
  },
  stores: [remoteDriver],
  failures: [registryFailures, pipelineFailures],
});
