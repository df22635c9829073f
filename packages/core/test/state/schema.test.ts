import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failureOf } from '../../src/model/failure.ts';
import { refuseNetworkFileSystem } from '../../src/state/schema.ts';

describe('the state', () => {
  // Mounting these takes servers and root; the numbers are the kernel's own (statfs(2)).
  for (const [type, kind] of [
    [0x6969, 'NFS'],
    [0xfe534d42, 'SMB2'],
    [0x01021997, '9p'],
  ] as const) {
    it(`is refused on ${kind}: state.network`, () => {
      assert.throws(
        () => refuseNetworkFileSystem('/mnt/share/.runner', type),
        (error) => {
          const failure = failureOf(error);
          return failure?.code === 'state.network' && 'kind' in failure && failure.kind === kind;
        },
      );
    });
  }

  it('is fine on the disk the tests run on', () => {
    assert.doesNotThrow(() => refuseNetworkFileSystem(tmpdir()));
    assert.equal(typeof statfsSync(tmpdir()).type, 'number');
  });

  // Without waiting of our own about one in ten of these was refused with "database is locked".
  it('can be made by several at the same moment', async function () {
    this.timeout(60_000);
    const dir = mkdtempSync(join(tmpdir(), 'runner-state-'));
    const needed = 4;
    try {
      for (let round = 0; round < 15; round++) {
        const came = new Int32Array(new SharedArrayBuffer(4));
        const opened = Array.from({ length: needed }, () => {
          const workerData = { dir: join(dir, String(round)), needed, came };
          // Its exit code is 0, or what it threw arrives here as `error`.
          return once(new Worker(new URL('fixtures/open-state.ts', import.meta.url), { workerData }), 'exit');
        });
        assert.deepEqual(await Promise.all(opened), Array(needed).fill([0]));
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
