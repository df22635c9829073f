import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Committer } from '../../src/engine/commit.ts';
import { State } from '../../src/state/state.ts';

describe('claims of outputs that are not recorded yet', () => {
  let dir: string;
  let state: State;
  let committer: Committer;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'commit-'));
    state = new State(dir);
    committer = new Committer(state, () => undefined);
  });
  afterEach(() => {
    committer.close();
    state.close();
    rmSync(dir, { recursive: true });
  });

  it('stand until their own row is recorded, whatever is recorded before', () => {
    const line = state.line('torture', 'make', './set').id;
    for (const key of ['a', 'b']) committer.claim(`./set/${key}.txt`, line, key);
    const row = { seq: 0, line, item: '{}', version: 1, uses: '', result: 'null', outputs: [], run: 1 };
    const record = (key: string): void => {
      const urls = [`./set/${key}.txt`];
      committer.add({ row: { ...row, key, sources: undefined }, urls, staleUrls: [], forgive: false, committed() {} });
      committer.flush();
    };
    record('a');
    assert.equal(committer.pendingClaim('./set/a.txt'), undefined);
    assert.equal(committer.pendingClaim('./set/B.txt')?.key, 'b', 'published at the same time');
    record('b');
    assert.equal(committer.pendingClaim('./set/b.txt'), undefined);
  });

  it('are ended by who made them, and by nobody else', () => {
    committer.claim('./set/a.txt', 1, 'a');
    committer.unclaim(['./set/a.txt'], 1, 'b');
    committer.unclaim(['./set/a.txt'], 2, 'a');
    assert.equal(committer.pendingClaim('./set/a.txt')?.key, 'a');
    committer.unclaim(['./set/A.txt'], 1, 'a');
    assert.equal(committer.pendingClaim('./set/a.txt'), undefined);
  });
});
