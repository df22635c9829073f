import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveStaging, stagingName } from '../../src/engine/sweep.ts';
import type { Store } from '../../src/model/store.ts';
import { State } from '../../src/state/state.ts';

describe('the staging folder of a place', () => {
  it('loses at the end what dead runs staged late, and keeps what is of other projects', () => {
    const dir = mkdtempSync(join(tmpdir(), 'runner-sweep-'));
    const state = new State(join(dir, '.runner'));
    try {
      const staging = join(dir, '.runner-staging');
      const store = { localPath: (key: string) => join(dir, key) } as Partial<Store> as Store;
      const dead = `${state.projectMark}-0123456789ab`;
      const stage = (name: string): void => {
        mkdirSync(join(staging, name), { recursive: true });
        writeFileSync(join(staging, name, 'one'), 'staged');
      };
      for (const name of [stagingName(state), dead, 'another-0123456789ab']) stage(name);
      leaveStaging(state, store);
      assert.deepEqual(readdirSync(staging), ['another-0123456789ab']);
      rmSync(join(staging, 'another-0123456789ab'), { recursive: true });
      stage(dead);
      leaveStaging(state, store);
      assert.deepEqual(
        readdirSync(dir).filter((name) => name === '.runner-staging'),
        [],
      );
    } finally {
      state.close();
      rmSync(dir, { recursive: true });
    }
  });
});
