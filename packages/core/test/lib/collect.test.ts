import assert from 'node:assert/strict';
import { collect } from '../../src/lib/collect.ts';

describe('collecting a stream', () => {
  const streamOf = async function* (...texts: readonly string[]) {
    for (const text of texts) yield Buffer.from(text);
  };
  const cases: readonly [what: string, texts: readonly string[], sizeBytes: number][] = [
    ['as many bytes as were expected', ['ab', 'cd', 'ef'], 6],
    ['more', ['ab', 'cd', 'efgh', 'i', 'jklmnopq'], 3],
    ['fewer', ['ab', 'c'], 100],
    ['more in the first piece already', ['abcdef', 'g'], 2],
    ['an unknown number', ['a', 'b', 'c'], 0],
    ['fewer than any machine has room for', ['ab', 'c'], 1e13],
    ['none', [], 5],
  ];
  for (const [what, texts, sizeBytes] of cases) {
    it(`gives ${what}`, async () => {
      assert.equal(Buffer.from(await collect(streamOf(...texts), sizeBytes)).toString(), texts.join(''));
    });
  }

  it('neither copies a single piece nor writes into one that is not its own', async () => {
    const only = Buffer.from('whole');
    const one = async function* () {
      yield only;
    };
    assert.equal((await collect(one(), 5)).buffer, only.buffer);
    const first = Buffer.from('first, with room behind').subarray(0, 5);
    const two = async function* () {
      yield first;
      yield Buffer.from('XX');
    };
    assert.equal(Buffer.from(await collect(two(), 5)).toString(), 'firstXX');
    assert.equal(Buffer.from(first.buffer, first.byteOffset, 23).toString(), 'first, with room behind');
  });
});
