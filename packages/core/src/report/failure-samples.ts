import type { CoreCode, Failure } from '../model/failure.ts';
import type { FailureOf } from './wording/words.ts';

/** One realistic failure of every code: what the docs print and the golden file of messages is made from. */
export const failureSamples: { readonly [C in CoreCode]: FailureOf<C> } = {
  'usage.invalid': { code: 'usage.invalid', message: '--jobs is a whole number of at least 1, not many' },
  'name.unknown': { code: 'name.unknown', kind: 'task', name: 'diatom:biuld', known: ['diatom:build', 'ifcb:extract'] },
  'config.missing': { code: 'config.missing', path: '/home/ada/plankton' },
  'config.invalid': {
    code: 'config.invalid',
    problems: [
      { path: 'stores.cloud.url', message: 'is missing', file: 'runner.yaml', line: 3, column: 3 },
      {
        path: 'lanes.network',
        message: 'must be a whole number of at least 1',
        file: 'runner.yaml',
        line: 9,
        column: 20,
      },
    ],
  },
  'params.invalid': {
    code: 'params.invalid',
    task: 'diatom:build',
    problems: [{ path: '--test-count', message: 'must be a whole number, not "ten"' }],
  },
  'pipeline.invalid': {
    code: 'pipeline.invalid',
    pipeline: 'weekly',
    problems: [
      {
        path: 'pipelines.weekly[1].images',
        message: 'extract.pictures is no output of ifcb:extract; did you mean extract.images?',
        file: 'runner.yaml',
        line: 14,
        column: 33,
      },
    ],
  },
  'secret.missing': {
    code: 'secret.missing',
    name: 'password of cloud',
    reference: 'env:CLOUD_PASSWORD',
    why: 'the variable is not set',
  },
  'secret.inline': {
    code: 'secret.inline',
    where: 'stores.cloud.password',
    at: { file: 'runner.yaml', line: 4, column: 87 },
  },
  'plugin.missing': {
    code: 'plugin.missing',
    name: '@dataset-runner/plugin-diatom',
    install: 'npm install --save-dev @dataset-runner/plugin-diatom',
  },
  'plugin.broken': {
    code: 'plugin.broken',
    name: './plugins/ours.ts',
    message: "Unexpected token '}'",
    at: { file: 'plugins/ours.ts', line: 12, column: 1 },
  },
  'plugin.api': { code: 'plugin.api', name: '@lab/plugin-otoliths', found: '2', supported: 1 },
  'plugin.duplicate': {
    code: 'plugin.duplicate',
    name: 'diatom',
    places: ['@dataset-runner/plugin-diatom', './plugins/diatom.ts'],
  },
  'sdk.missing': {
    code: 'sdk.missing',
    package: '@azure/storage-blob',
    install: 'npm install --save-dev @azure/storage-blob@12',
  },
  'item.duplicate': {
    code: 'item.duplicate',
    key: 'amphora/0001.png',
    map: 'place',
    at: { plugin: 'diatom', task: 'build', step: 'place' },
  },
  'item.key': { code: 'item.key', key: '', why: 'its key is empty', at: { task: 'diatom:build', step: 'unpack' } },
  'item.not-json': {
    code: 'item.not-json',
    path: 'item.boxes[3].scale',
    why: 'it is NaN',
    at: { task: 'yolo:convert', step: 'convert', item: 'img-042' },
  },
  'item.crashed': {
    code: 'item.crashed',
    how: 'the process was killed by SIGSEGV',
    at: { task: 'ifcb:extract', step: 'extract', item: 'D20260101T000000_IFCB107' },
  },
  'step.failed': {
    code: 'step.failed',
    message: 'Input buffer contains unsupported image format',
    stack:
      'Error: Input buffer contains unsupported image format\n    at decode (plugins/ours.ts:31:15)\n    at node:internal/process/task_queues:105:5',
    at: { task: 'ours:thumbnails', step: 'thumbnail', item: 'broken.png' },
  },
  'step.timeout': {
    code: 'step.timeout',
    timeoutMs: 120_000,
    at: { task: 'ifcb:classify', step: 'classify', item: 'D20260101T000000_IFCB107_00042' },
  },
  'step.incomplete': { code: 'step.incomplete', map: 'place', failed: 3, at: { task: 'diatom:build', step: 'pack' } },
  'step.undeclared': {
    code: 'step.undeclared',
    name: 'kaggle-key',
    what: 'secret',
    at: { task: 'xray:fetch', step: 'download' },
  },
  'task.outputs': {
    code: 'task.outputs',
    task: 'diatom:build',
    problems: [{ path: 'train', message: 'must be a whole number' }],
  },
  'output.claimed': {
    code: 'output.claimed',
    place: 'cloud:sets',
    key: 'train/0001.png',
    owner: 'place of diatom:build',
  },
  'output.foreign': { code: 'output.foreign', place: './out', key: 'labels.csv' },
  'output.collision': { code: 'output.collision', place: './out', key: 'Amphora/1.png', other: 'amphora/1.png' },
  'output.missing': {
    code: 'output.missing',
    place: 'work:masks',
    key: '0001.tif',
    at: { task: 'ours:segment', step: 'segment', item: '0001' },
  },
  'place.damaged': {
    code: 'place.damaged',
    place: 'cloud:sets/2026',
    problems: [
      { path: 'train/0001.png', message: 'is missing' },
      { path: 'train/0002.png', message: 'has other bytes than were published' },
    ],
  },
  'store.missing': { code: 'store.missing', url: './species.json' },
  'store.no-bucket': {
    code: 'store.no-bucket',
    url: 's3://plankton/raw',
    why: 'the bucket plankton lies in eu-west-1',
    status: 301,
    requestId: 'TX0002',
  },
  'store.denied': {
    code: 'store.denied',
    url: 's3://plankton/raw',
    reason: 'the session token has expired',
    status: 403,
    requestId: 'TX0001',
  },
  'store.throttled': {
    code: 'store.throttled',
    url: 'https://www.kaggle.com/api/v1/datasets/download',
    status: 429,
    retryAfterMs: 60_000,
    transient: true,
  },
  'store.unavailable': {
    code: 'store.unavailable',
    url: 'webdav+https://cloud.example.org/lab',
    why: 'the host name is not known',
    transient: true,
  },
  'store.broken': {
    code: 'store.broken',
    url: 'webdav+https://cloud.example.org/lab',
    why: 'a web page came instead of a listing',
    status: 200,
  },
  'store.corrupt': {
    code: 'store.corrupt',
    url: 'https://zenodo.example.org/amphora.zip',
    expected: 'sha256:9f86d081884c7d65',
    found: 'sha256:60303ae22b998861',
    at: { task: 'diatom:build', step: 'download', item: 'amphora' },
  },
  'store.conflict': { code: 'store.conflict', url: 'cloud:sets/set.zip' },
  'store.locked': { code: 'store.locked', url: 'cloud:sets/set.zip', transient: true },
  'store.full': { code: 'store.full', url: 'cloud:sets/set.zip', why: 'the quota is used up' },
  'store.read-only': { code: 'store.read-only', url: 'https://zenodo.example.org/records/1', what: 'be written to' },
  'store.key': { code: 'store.key', key: '../../etc/passwd', why: 'it leads out of the place' },
  'store.scheme': { code: 'store.scheme', url: 's4://plankton/raw', known: ['file', 'https', 's3', 'webdav+https'] },
  'store.limit': { code: 'store.limit', url: 'az://sets/set.zip', limit: 'a file has at most 50,000 parts' },
  'store.address': { code: 'store.address', url: 'http://printer.local/scan.zip', host: '192.168.1.20' },
  'state.held': { code: 'state.held', line: 'unpack into work:pictures', holder: 'run 12 of process 4711 on lab-2' },
  'state.deadlock': {
    code: 'state.deadlock',
    line: 'unpack into work:pictures',
    holder: 'run 12 of process 4711 on lab-2',
  },
  'state.network': { code: 'state.network', path: '/mnt/lab/plankton/.runner', kind: 'nfs' },
  'state.newer': { code: 'state.newer', path: '.runner/state.db', found: 4, supported: 1 },
  'run.interrupted': { code: 'run.interrupted', done: 210 },
  'run.unknown': { code: 'run.unknown', run: '99' },
  bug: {
    code: 'bug',
    message: 'row 7 has no line',
    stack: 'Error: row 7 has no line\n    at commit (dist/engine/commit.js:12:9)',
  },
};

/** A failure as it comes out of a run: one failure inside another, defined by a plugin. */
export const nestedSample: Failure = {
  code: 'ifcb.adc-short',
  pluginFailure: true,
  message: 'D20260101T000000_IFCB107.adc ends in the middle of a row',
  details: { row: 1_204 },
  hint: 'Copy the bin again from the instrument.',
  at: { task: 'ifcb:extract', step: 'extract', item: 'D20260101T000000_IFCB107' },
  cause: failureSamples['store.corrupt'],
};
