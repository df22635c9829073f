import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRuns } from '../../src/app/history.ts';
import { State } from '../../src/state/state.ts';

describe('the list of runs', () => {
  it('gives a run no time below nothing when the clock was set back meanwhile', () => {
    using dir = mkdtempDisposableSync(join(tmpdir(), 'history-'));
    const state = new State(dir.path);
    const run = state.runs.start({ token: state.token, plugin: 'a', task: 'b', params: {}, about: {}, holder: 'me' });
    state.runs.finish(run, 'ok', undefined, 0);
    state.db.exec('UPDATE run SET finished = started - 5000');
    assert.equal(listRuns(state, 1)[0]?.elapsedMs, 0);
    state.close();
  });

  it('does not count among what failed that a run was stopped', () => {
    using dir = mkdtempDisposableSync(join(tmpdir(), 'history-'));
    const state = new State(dir.path);
    const run = state.runs.start({ token: state.token, plugin: 'a', task: 'b', params: {}, about: {}, holder: 'me' });
    state.runs.addFailure(run, 0, 'x', { code: 'step.failed', message: 'no' });
    state.runs.addFailure(run, -1, '', { code: 'run.interrupted', done: 3 });
    state.runs.finish(run, 'interrupted', undefined, 2);
    assert.equal(listRuns(state, 1)[0]?.failed, 1);
    state.close();
  });
});
