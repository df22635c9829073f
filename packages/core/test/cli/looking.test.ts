import assert from 'node:assert/strict';
import type { Check, RunLog, RunSummary } from '../../src/app/facade.ts';
import { failureSamples } from '../../src/report/failure-samples.ts';
import { whyReport } from '../report/support/sample-runs.ts';
import { cli } from './support/fake-cli.ts';

const summary: RunSummary = {
  run: 12,
  task: 'diatom:build',
  startedMs: 0,
  elapsedMs: 760_000,
  outcome: 'failed',
  done: 9,
  reused: 2,
  failed: 1,
};

describe('commands that look', () => {
  it('why shows what changed, and passes params and the item on', async () => {
    const asked: unknown[] = [];
    const { stdout } = await cli(['why', 'diatom:build', 'amphora', '--seed', '2'], {
      why: (...args) => {
        asked.push(...args);
        return Promise.resolve(whyReport);
      },
    });
    assert.deepEqual(asked, ['diatom:build', 'amphora', { seed: '2' }]);
    assert.match(stdout, /boxes\[1\]\.w {2}4 → 5/);
  });

  it('why is asked about tasks, and says so of a pipeline', async () => {
    const { code, stderr } = await cli(['why', 'weekly']);
    assert.equal(code, 2);
    assert.match(stderr, /weekly is a pipeline {2}\[usage\.invalid\]/);
    assert.match(stderr, /runner run\s+weekly --dry-run/);
  });

  it('logs prints every failure whole', async () => {
    const log: RunLog = {
      run: summary,
      maps: [],
      failureCount: 3,
      failures: [failureSamples['store.corrupt']],
      lines: [{ atMs: 0, map: 'download', item: 'amphora', message: 'retrying' }],
    };
    const { stdout } = await cli(['logs', '12', '--item', 'amph'], {
      logs: (run, options) => {
        assert.deepEqual([run, options], [12, { limit: 1000, item: 'amph' }]);
        return Promise.resolve(log);
      },
    });
    assert.match(stdout, /expected sha256:9f86d081884c7d65/);
    assert.match(stdout, /and 2 more failures/);
    assert.match(stdout, /download amphora retrying/);
  });

  it('runs is a table, or says that there are none', async () => {
    assert.match((await cli(['runs'], { runs: () => Promise.resolve([summary]) })).stdout, /12 {2}diatom:build/);
    assert.match((await cli(['runs'], { runs: () => Promise.resolve([]) })).stdout, /no runs yet/);
  });

  it('a folder without rights or room is named, and no bug', async () => {
    for (const [trouble, says] of [
      [{ code: 'EACCES', path: '/data/.runner/locks' }, /^✗ \/data\/\.runner\/locks may not be accessed/],
      [{ code: 'ENOSPC', path: '/from', dest: '/to' }, /^✗ There is no room left for \/to/],
      [{ code: 'ERR_SQLITE_ERROR', errcode: 14 }, /^✗ \.runner\/state\.db may not be accessed/],
    ] as const) {
      const runs = () => Promise.reject(Object.assign(new Error('no'), trouble));
      const { stderr, code } = await cli(['runs'], { runs });
      assert.match(stderr, says);
      assert.equal(code, 3);
    }
  });

  it('doctor groups its checks and fails with 3', async () => {
    const checks: Check[] = [
      { group: 'runtime', name: 'Node', state: 'ok', detail: '24.21.0' },
      { group: 'plugins', name: 'diatom', state: 'failed', hint: 'Install it.', tookMs: 12.4 },
    ];
    const { stdout, code } = await cli(['doctor'], { doctor: () => Promise.resolve(checks) });
    assert.equal(code, 3);
    assert.equal(stdout, 'runtime\n  ✓ Node  24.21.0\n\nplugins\n  ✗ diatom  12 ms\n    Install it.\n');
    assert.doesNotMatch(
      (await cli(['plugins', 'doctor'], { doctor: () => Promise.resolve(checks) })).stdout,
      /runtime/,
    );
  });

  it('explain shows where each value comes from', async () => {
    const { stdout } = await cli(['explain', 'diatom:build', '--seed', '2'], {
      explain: (target, flags) => {
        assert.deepEqual([target, flags], ['diatom:build', { seed: '2' }]);
        return Promise.resolve({
          target,
          summary: 'Build.',
          params: [
            { name: 'seed', value: 2, origin: 'flag', from: '--seed' },
            { name: 'out', origin: 'missing' },
            { name: 'notes', origin: 'default' },
          ],
          steps: [
            {
              name: 'place',
              version: 2,
              needs: { cpu: true, memoryMb: 200 },
              retries: 2,
              secrets: [],
              places: ['cloud:sets'],
            },
          ],
        } as const);
      },
    });
    assert.match(stdout, /seed {3}2 {6}--seed/);
    assert.match(stdout, /out {4}- {6}missing/);
    assert.match(stdout, /notes {2}- {6}not set/);
    assert.match(stdout, /cpu, 200 MB/);
  });

  it('verify fails with every damaged file named', async () => {
    const report = {
      place: 'cloud:sets',
      files: 2,
      sizeBytes: 10,
      problems: [{ path: 'a.png', message: 'is missing' }],
      foreign: 0,
    };
    const { code, stderr } = await cli(['verify', 'cloud:sets'], { verify: () => Promise.resolve(report) });
    assert.equal(code, 1);
    assert.match(stderr, /a\.png {2}is missing/);
    assert.equal(
      (await cli(['verify', 'cloud:sets'], { verify: () => Promise.resolve({ ...report, problems: [] }) })).code,
      0,
    );
  });

  it('masks secrets in whatever it shows', async () => {
    const { createRedactor } = await import('../../src/lib/redactor.ts');
    const mask = createRedactor();
    mask.add('hunter2');
    const { stdout } = await cli(['provenance', '1'], { mask, provenance: () => Promise.resolve({ note: 'hunter2' }) });
    assert.deepEqual(JSON.parse(stdout), { note: '***' });
  });
});
