import { definePlugin } from '@dataset-runner/core/plugin';
import { classifyFailures } from './classify/failures.ts';
import { ifcbFailures } from './failures.ts';
import { kerasFailures } from './keras/failures.ts';
import { pivotFailures } from './pivot/failures.ts';
import { publishFailures } from './publish/failures.ts';
import { seabassFailures } from './seabass/failures.ts';
import { classify } from './tasks/classify.ts';
import { ecotaxa } from './tasks/ecotaxa.ts';
import { extract } from './tasks/extract.ts';
import { features } from './tasks/features.ts';
import { metadata } from './tasks/metadata.ts';
import { model } from './tasks/model.ts';
import { pivot } from './tasks/pivot.ts';
import { qc } from './tasks/qc.ts';
import { report } from './tasks/report.ts';
import { seabass } from './tasks/seabass.ts';
import { seabassCheck } from './tasks/seabass-check.ts';

/** Imaging FlowCytobot data: from raw bins to a classified, published plankton dataset. */
export default definePlugin({
  name: 'ifcb',
  api: 1,
  tasks: {
    extract,
    qc,
    features,
    classify,
    model,
    ecotaxa,
    metadata,
    pivot,
    report,
    seabass,
    'seabass-check': seabassCheck,
  },
  failures: [ifcbFailures, classifyFailures, kerasFailures, publishFailures, seabassFailures, pivotFailures],
});
