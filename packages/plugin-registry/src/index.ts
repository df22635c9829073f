import { definePlugin } from '@dataset-runner/core/plugin';
import { registryFailures } from './failures.ts';
import { pipelineFailures } from './pipeline/pipeline-failures.ts';
import { remoteDriver } from './remotes/remote-driver.ts';
import { add } from './tasks/add.ts';
import { checkout } from './tasks/checkout.ts';
import { card } from './tasks/card.ts';
import { check } from './tasks/check.ts';
import { classifyDayNightFoggy, removeCorrupted, removeDarkAndBright } from './tasks/clean-images.ts';
import { commit } from './tasks/commit.ts';
import { dag } from './tasks/dag.ts';
import { diff } from './tasks/diff.ts';
import { exportTask } from './tasks/export.ts';
import { fetch } from './tasks/fetch.ts';
import { gc } from './tasks/gc.ts';
import { get } from './tasks/get.ts';
import { importTask } from './tasks/import.ts';
import { importUrl } from './tasks/import-url.ts';
import { init } from './tasks/init.ts';
import { list } from './tasks/list.ts';
import { metrics } from './tasks/metrics.ts';
import { params } from './tasks/params.ts';
import { move } from './tasks/move.ts';
import { pull } from './tasks/pull.ts';
import { push } from './tasks/push.ts';
import { remove } from './tasks/remove.ts';
import { remote } from './tasks/remote.ts';
import { repro } from './tasks/repro.ts';
import { run, stageAdd } from './tasks/stage-add.ts';
import { status } from './tasks/status.ts';
import { update } from './tasks/update.ts';

/** A versioned image data registry that reads and writes DVC's own files. */
export default definePlugin({
  name: 'registry',
  api: 1,
  tasks: {
    init,
    remote,
    add,
    commit,
    status,
    push,
    fetch,
    pull,
    checkout,
    'stage-add': stageAdd,
    run,
    repro,
    dag,
    params,
    metrics,
    check,
    card,
    export: exportTask,
    'remove-corrupted': removeCorrupted,
    'remove-dark-and-bright': removeDarkAndBright,
    'classify-day-night-foggy': classifyDayNightFoggy,
    diff,
    remove,
    move,
    gc,
    import: importTask,
    'import-url': importUrl,
    update,
    get,
    list,
  },
  stores: [remoteDriver],
  failures: [registryFailures, pipelineFailures],
});
