// Imported together: see daily.ts.
export { dag } from './dag.ts';
export { metrics } from './metrics.ts';
export { params } from './params.ts';
export { repro } from './repro.ts';
export { run, stageAdd } from './stage-add.ts';
