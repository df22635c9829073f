import assert from 'node:assert/strict';
import { foldKey, isStaged, keyProblem } from '../../src/storage/key.ts';

describe('keys', () => {
  const refused: readonly [key: string, why: string][] = [
    ['', 'is empty'],
    ['/a', 'starts with /'],
    ['a/', 'ends with /'],
    ['/', 'starts with /'],
    ['a//b', 'has an empty segment'],
    ['.', 'has a . segment'],
    ['a/./b', 'has a . segment'],
    ['..', 'has a .. segment'],
    ['a/../../b', 'has a .. segment'],
    ['a/..', 'has a .. segment'],
    ['a\\b', 'has a backslash; keys use /'],
    ['a\0', 'has the control character U+0000'],
    ['a\tb', 'has the control character U+0009'],
    ['a\x7f', 'has the control character U+007F'],
    ['C:', 'starts with a drive letter'],
    ['c:/a', 'starts with a drive letter'],
    ['\uD83E', 'has half a surrogate pair'],
    ['x'.repeat(1025), 'has 1025 bytes, more than 1024'],
    ['ä'.repeat(513), 'has 1026 bytes, more than 1024'],
  ];
  for (const [key, why] of refused) {
    it(`refuses ${JSON.stringify(key.slice(0, 20))}: ${why}`, () => assert.equal(keyProblem(key), why));
  }

  for (const key of ['a', '...', '.a', 'a..b/..c', 'a b/ü/🦠', 'x'.repeat(1024), 'ab:c', '~', 'con']) {
    it(`allows ${JSON.stringify(key.slice(0, 20))}`, () => assert.equal(keyProblem(key), undefined));
  }

  it('fold together when one file system would make them one file', () => {
    assert.equal(foldKey('Caf\u00E9/A.PNG'), foldKey('cafe\u0301/a.png'));
    assert.notEqual(foldKey('a'), foldKey('b'));
  });

  it('are staged when any folder on the way is the staging folder', () => {
    assert.deepEqual(
      ['.runner-staging/a', 'x/.runner-staging/a', '.runner-stagings/a', 'a.runner-staging', 'a'].map(isStaged),
      [true, true, false, false, false],
    );
  });
});
