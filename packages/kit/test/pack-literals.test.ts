import assert from 'node:assert/strict';
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { seeded } from '@dataset-runner/kit';
import { packLiterals } from '../src/image/pack-literals.ts';

/** Bytes of which each value occurs so often. */
function occurring(uses: readonly number[]): Uint8Array {
  return Uint8Array.from(uses.flatMap((many, value) => Array<number>(many).fill(value)));
}

describe('packLiterals', () => {
  const random = seeded('literals');
  const bytesOf = (size: number, below: number): Uint8Array =>
    Uint8Array.from({ length: size }, () => random.below(below));
  // Each value as often as the two before it together: the rarest codes would be 22 bits long.
  const fibonacci = [1, 1];
  while (fibonacci.length < 22) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);

  for (const [what, bytes] of [
    ['one byte', bytesOf(1, 256)],
    ['two bytes', Uint8Array.of(0, 255)],
    ['one value', new Uint8Array(1_000)],
    ['one value at the end of the table', new Uint8Array(1_001).fill(255)],
    ['all values as often as each other', Uint8Array.from({ length: 2_560 }, (_, at) => at)],
    ['noise', bytesOf(50_000, 256)],
    ['codes that must be cut', occurring(fibonacci)],
    ['a block less a byte', bytesOf(32_767, 9)],
    ['a whole block', bytesOf(32_768, 9)],
    ['a block and a byte', bytesOf(32_769, 9)],
    [
      'sums as large as they become',
      new Uint8Array(100_000).fill(255).map((value, at) => value - (at % 7 === 0 ? 1 : 0)),
    ],
  ] as const) {
    it(`packs ${what} so that zlib reads it back`, () => {
      assert.deepEqual(new Uint8Array(inflateSync(packLiterals(bytes))), new Uint8Array(bytes));
    });
  }

  it('reads back whatever 2,000 seeded distributions are', () => {
    for (let round = 0; round < 2_000; round++) {
      const [size, below] = [1 + random.below(3_000), 1 + random.below(256)];
      const skew = 1 + random.below(6);
      const bytes = Uint8Array.from({ length: size }, () => Math.floor(below * random.unit() ** skew));
      assert.ok(inflateSync(packLiterals(bytes)).equals(bytes), `round ${round}`);
    }
  });

  it('is as short as zlib where zlib uses codes alone, within a hundredth', () => {
    const grain = Uint8Array.from({ length: 200_000 }, () => random.below(4) + random.below(4) - 3);
    const theirs = deflateSync(grain, { strategy: constants.Z_HUFFMAN_ONLY }).length;
    const ours = packLiterals(grain).length;
    assert.ok(ours < theirs * 1.01, `${ours} bytes, zlib ${theirs}`);
  });
});
