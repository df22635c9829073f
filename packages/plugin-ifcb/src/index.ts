import { definePlugin } from '@dataset-runner/core/plugin';
import { ifcbFailures } from './failures.ts';

/** Imaging FlowCytobot data: from raw bins to a classified, published plankton dataset. */
export default definePlugin({ name: 'ifcb', api: 1, tasks: {}, failures: ifcbFailures });
