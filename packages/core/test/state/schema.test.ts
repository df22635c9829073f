import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
});
