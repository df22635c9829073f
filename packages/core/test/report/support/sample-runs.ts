import type { MapCounts, RunEvent } from '../../../src/model/event.ts';
import { failureSamples } from '../../../src/report/failure-samples.ts';
import type { RunReport, WhyReport } from '../../../src/report/run-report.ts';

/** Counts with everything not named at zero. */
export function counts(part: Partial<MapCounts>): MapCounts {
  return { total: 0, planned: true, reused: 0, done: 0, failed: 0, pending: 0, sizeBytes: 0, ...part };
}

/** A run in its second minute: one map finished, two at work, one waiting; at the milliseconds given. */
export const runInFlight: readonly (readonly [atMs: number, event: RunEvent])[] = [
  [0, { type: 'run.started', run: 12, task: 'diatom:build', dryRun: false }],
  [10, { type: 'map.started', map: 0, name: 'sources', once: true }],
  [20, { type: 'map.progress', map: 0, counts: counts({ total: 1, pending: 1 }) }],
  [400, { type: 'map.finished', map: 0, counts: counts({ total: 1, done: 1 }) }],
  [400, { type: 'map.started', map: 1, name: 'download', place: 'work:downloads', once: false }],
  [500, { type: 'map.planned', map: 1, counts: counts({ total: 11, reused: 2, pending: 9 }), complete: true }],
  [600, { type: 'map.started', map: 2, name: 'unpack', place: 'work:pictures', once: false }],
  [700, { type: 'map.started', map: 3, name: 'place', place: 'cloud:sets', once: false }],
  [
    60_000,
    {
      type: 'map.progress',
      map: 1,
      counts: counts({ total: 11, reused: 2, done: 5, pending: 4, sizeBytes: 1_100_000_000 }),
    },
  ],
  [
    60_000,
    {
      type: 'map.progress',
      map: 2,
      counts: counts({ total: 6_000, planned: false, done: 2_000, pending: 4_000, sizeBytes: 900_000_000 }),
    },
  ],
  [
    61_000,
    {
      type: 'item.progress',
      map: 1,
      key: 'thalassiosira-rotula-large-archive.zip',
      done: 1_100_000_000,
      total: 2_400_000_000,
    },
  ],
  [62_000, { type: 'item.progress', map: 1, key: '珪藻の写真.zip', done: 40_000_000 }],
  [
    70_000,
    {
      type: 'map.progress',
      map: 1,
      counts: counts({ total: 11, reused: 2, done: 7, pending: 2, sizeBytes: 1_500_000_000 }),
    },
  ],
  [
    70_000,
    {
      type: 'map.progress',
      map: 2,
      counts: counts({
        total: 8_400,
        planned: false,
        done: 6_199,
        failed: 1,
        pending: 2_200,
        sizeBytes: 1_240_000_000,
      }),
    },
  ],
];

export const finishedReport: RunReport = {
  run: 12,
  task: 'diatom:build',
  outcome: 'ok',
  result: { train: 8290, test: 110 },
  rendered: '8,290 pictures to train with and 110 to test with, packed as cloud:sets/diatoms.zip',
  failureCount: 0,
  failures: [],
  maps: [
    {
      name: 'download',
      place: 'work:downloads',
      once: false,
      counts: counts({ total: 11, reused: 2, done: 9, sizeBytes: 2_400_000_000 }),
    },
    {
      name: 'unpack',
      place: 'work:pictures',
      once: false,
      counts: counts({ total: 8_400, done: 8_400, sizeBytes: 3_100_000_000 }),
    },
    {
      name: 'place',
      place: 'cloud:sets',
      once: false,
      counts: counts({ total: 8_400, done: 8_400, sizeBytes: 3_100_000_000 }),
    },
    { name: 'pack', place: 'cloud:sets', once: true, counts: counts({ total: 1, done: 1, sizeBytes: 2_900_000_000 }) },
  ],
  elapsedMs: 760_000,
  stale: [{ place: 'cloud:sets', keys: ['train/old-1.png', 'train/old-2.png'], total: 2, removed: true }],
  decidedAfter: [],
};

export const failedReport: RunReport = {
  ...finishedReport,
  outcome: 'failed',
  rendered: '',
  failureCount: 15,
  failures: [
    ...Array.from({ length: 12 }, (_, i) => ({
      ...failureSamples['store.corrupt'],
      at: { task: 'diatom:build', step: 'download', item: `amphora-${i}` },
    })),
    failureSamples['step.incomplete'],
  ],
  maps: [
    {
      name: 'download',
      place: 'work:downloads',
      once: false,
      counts: counts({ total: 26, reused: 2, done: 9, failed: 15, sizeBytes: 2_400_000_000 }),
    },
    {
      name: 'unpack',
      place: 'work:pictures',
      once: false,
      counts: counts({ total: 8_400, done: 8_000, pending: 400, sizeBytes: 3_100_000_000 }),
    },
  ],
  stale: [],
};

export const nothingReport: RunReport = {
  ...finishedReport,
  rendered: '',
  run: 13,
  maps: [{ name: 'download', place: 'work:downloads', once: false, counts: counts({ total: 11, reused: 11 }) }],
  elapsedMs: 210,
  stale: [],
};

const seedChange = { because: 'item', before: '{"seed":1,"url":"a"}', after: '{"seed":2,"url":"a"}' } as const;

export const plannedReport: RunReport = {
  run: 0,
  task: 'diatom:build',
  outcome: 'planned',
  failureCount: 1,
  failures: [failureSamples['output.foreign']],
  maps: [
    {
      name: 'download',
      place: 'work:downloads',
      once: false,
      counts: counts({ total: 11, reused: 8, pending: 3 }),
      reasons: [
        { because: 'up to date', count: 8, examples: [] },
        { because: 'item', count: 2, examples: [{ key: 'amphora', reason: seedChange }] },
        {
          because: 'output',
          count: 1,
          examples: [{ key: 'navicula', reason: { because: 'output', key: 'navicula.zip', what: 'missing' } }],
        },
      ],
      expected: { files: 3, sizeBytes: 640_000_000 },
    },
    {
      name: 'unpack',
      place: 'work:pictures',
      once: false,
      counts: counts({ total: 6_103, planned: false, reused: 6_100, pending: 3 }),
      reasons: [{ because: 'new', count: 3, examples: [] }],
    },
  ],
  elapsedMs: 340,
  stale: [
    {
      place: 'cloud:sets',
      keys: ['train/a.png', 'train/b.png', 'train/c.png', 'train/d.png', 'train/e.png', 'train/f.png'],
      total: 840,
      removed: false,
    },
  ],
  decidedAfter: ['unpack'],
};

export const whyReport: WhyReport = {
  task: 'diatom:build',
  maps: [
    {
      name: 'download',
      place: 'work:downloads',
      reasons: [
        { because: 'up to date', count: 8_000, examples: [] },
        { because: 'item', count: 2, examples: [] },
        { because: 'output', count: 1, examples: [] },
      ],
      items: [
        {
          key: 'amphora',
          lastRun: 11,
          reason: {
            because: 'item',
            before:
              '{"boxes":[{"w":3},{"w":4}],"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015","tags":["a"],"url":"https://zenodo.example.org/records/1/files/amphora.zip"}',
            after:
              '{"boxes":[{"w":3},{"w":5}],"digest":"sha256:60303ae22b998861bce3b28f33eec1be","tags":["a","b"],"url":"https://zenodo.example.org/records/2/files/amphora.zip"}',
          },
        },
        { key: 'navicula', lastRun: 9, reason: { because: 'output', key: 'navicula.zip', what: 'missing' } },
        { key: 'pinnularia', reason: { because: 'item', before: 'sha256:1', after: 'sha256:2' } },
      ],
    },
    {
      name: 'pack',
      place: 'cloud:sets',
      reasons: [{ because: 'version', count: 1, examples: [] }],
      items: [{ key: 'pack', lastRun: 11, reason: { because: 'version', before: 1, after: 2 } }],
    },
  ],
  decidedAfter: ['unpack'],
};
