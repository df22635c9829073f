import { definePlugin } from '@dataset-runner/core/plugin';
import { registryFailures } from './failures.ts';
import { add } from './tasks/add.ts';
import { init } from './tasks/init.ts';

/** A versioned image data registry that reads and writes DVC's own files. */
export default definePlugin({ name: 'registry', api: 1, tasks: { init, add }, failures: registryFailures });
