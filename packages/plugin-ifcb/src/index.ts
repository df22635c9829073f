import { definePlugin } from '@dataset-runner/core/plugin';
import { ifcbFailures } from './failures.ts';
import { extract } from './tasks/extract.ts';
import { features } from './tasks/features.ts';
import { qc } from './tasks/qc.ts';

/** Imaging FlowCytobot data: from raw bins to a classified, published plankton dataset. */
export default definePlugin({ name: 'ifcb', api: 1, tasks: { extract, qc, features }, failures: ifcbFailures });
