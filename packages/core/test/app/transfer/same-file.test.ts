import assert from 'node:assert/strict';
import { sameByListing } from '../../../src/app/transfer/same-file.ts';
import { KeyCollisions } from '../../../src/app/transfer/key-collisions.ts';
import type { Digest } from '../../../src/lib/digest.ts';

const md5 = (digit: string): Digest => `md5:${digit.repeat(32)}`;
const sha = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

describe('two files of one key', () => {
  const cases = [
    ['of another size differ', { size: 1 }, { size: 2 }, 'time', 'size'],
    [
      'with the same digest are the same, whatever their times say',
      { digest: md5('a'), modifiedMs: 9 },
      { digest: md5('a'), modifiedMs: 1 },
      'time',
      'same',
    ],
    ['with other digests differ, even by size', { digest: md5('a') }, { digest: md5('b') }, 'size', 'bytes'],
    [
      'with digests of two kinds are not decided by them',
      { digest: md5('a') },
      { digest: sha('a') },
      'checksum',
      'unknown',
    ],
    ['are read where only checksums count', {}, {}, 'checksum', 'unknown'],
    ['are the same when the target is younger', { modifiedMs: 5_001 }, { modifiedMs: 5_002 }, 'time', 'same'],
    ['differ when the source is younger', { modifiedMs: 5_003 }, { modifiedMs: 5_002 }, 'time', 'newer'],
    [
      'are the same within the second a service rounds to',
      { modifiedMs: 5_900 },
      { modifiedMs: 5_000 },
      'time',
      'same',
    ],
    ['differ beyond it', { modifiedMs: 6_000 }, { modifiedMs: 5_000 }, 'time', 'newer'],
    ['are the same where a service has no times', { modifiedMs: 6_000 }, {}, 'time', 'same'],
    [
      'are read where the time of the source is yet to come',
      { modifiedMs: Date.now() + 60_000 },
      { modifiedMs: Date.now() },
      'time',
      'unknown',
    ],
    ['of one size are the same by size', { modifiedMs: 9_000 }, { modifiedMs: 1 }, 'size', 'same'],
  ] as const;
  for (const [name, source, target, by, verdict] of cases) {
    it(name, () => {
      const entry = { key: 'a', size: 3 };
      assert.equal(sameByListing({ ...entry, ...source }, { ...entry, ...target }, by), verdict);
    });
  }
});

describe('keys that some disks would merge', () => {
  it('are refused by name, and only these', () => {
    const keys = new KeyCollisions('./out');
    const refused = ['a.png', 'b/A.png', 'A.png', 'caf\u00e9', 'cafe\u0301', 'cafe', 'B/a.png'].filter((key) =>
      keys.check(key),
    );
    assert.deepEqual(refused, ['A.png', 'cafe\u0301', 'B/a.png']);
  });

  it('are not seen among many that differ', () => {
    const keys = new KeyCollisions('./out');
    for (let i = 0; i < 200_000; i++) assert.equal(keys.check(`images/${i % 100}/${i}.png`), undefined);
  });
});
