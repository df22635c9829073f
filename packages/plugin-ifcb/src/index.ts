import { definePlugin } from '@dataset-runner/core/plugin';
import { classifyFailures } from './classify/failures.ts';
import { ifcbFailures } from './failures.ts';
import { kerasFailures } from './keras/failures.ts';
import { pivotFailures } from './pivot/failures.ts';
import { publishFailures } from './publish/failures.ts';
import { seabassFailures } from './seabass/failures.ts';

/** Imaging FlowCytobot data: from raw bins to a classified, published plankton dataset. */
export default definePlugin({
  name: 'ifcb',
  api: 1,
  tasks: {
    extract: async () => (await import('./tasks/extract.ts')).extract,
    qc: async () => (await import('./tasks/qc.ts')).qc,
    features: async () => (await import('./tasks/features.ts')).features,
    classify: async () => (await import('./tasks/classify.ts')).classify,
    model: async () => (await import('./tasks/model.ts')).model,
    ecotaxa: async () => (await import('./tasks/ecotaxa.ts')).ecotaxa,
    metadata: async () => (await import('./tasks/metadata.ts')).metadata,
    pivot: async () => (await import('./tasks/pivot.ts')).pivot,
    report: async () => (await import('./tasks/report.ts')).report,
    seabass: async () => (await import('./tasks/seabass.ts')).seabass,
    'seabass-check': async () => (await import('./tasks/seabass-check.ts')).seabassCheck,
  },
  failures: [ifcbFailures, classifyFailures, kerasFailures, publishFailures, seabassFailures, pivotFailures],
});
