import assert from 'node:assert/strict';
import { sample, seeded, shuffle, unitHash, xoshiro } from '../src/seeded.ts';

/** Recorded once; a change here would change every split ever made. */
const frozen = {
  words: [2188981464, 77693282, 2912433102],
  shuffled: [7, 3, 6, 4, 2, 8, 1, 5],
  hash: 0.07342829622834057,
};

describe('seeded', () => {
  it('yields the published numbers of xoshiro128** for the state 1, 2, 3, 4', () => {
    const random = xoshiro([1, 2, 3, 4]);
    assert.deepEqual(
      Array.from({ length: 6 }, () => random.uint32()),
      [11520, 0, 5927040, 70819200, 2031721883, 1637235492],
    );
  });

  it('yields the same numbers for the same seed, for ever', () => {
    const random = seeded('diatoms');
    assert.deepEqual([random.uint32(), random.uint32(), random.uint32()], frozen.words);
    assert.deepEqual(shuffle([1, 2, 3, 4, 5, 6, 7, 8], seeded(1)), frozen.shuffled);
    assert.equal(unitHash(1, 'a.png'), frozen.hash);
  });

  it('reads the number 7 and the text 7 as one seed', () => {
    assert.equal(seeded(7).uint32(), seeded('7').uint32());
  });

  it('draws every number below a limit about equally often', () => {
    const random = seeded('even');
    const drawn = new Array<number>(7).fill(0);
    for (let index = 0; index < 70_000; index++) drawn[random.below(7)]! += 1;
    for (const count of drawn) assert.ok(Math.abs(count - 10_000) < 500, `${count} of 70,000`);
  });

  it('refuses a limit below 1', () => {
    assert.throws(() => seeded(1).below(0), RangeError);
  });

  it('draws fractions from 0 up to but not including 1', () => {
    const random = seeded('fractions');
    let sum = 0;
    for (let index = 0; index < 10_000; index++) {
      const drawn = random.unit();
      assert.ok(drawn >= 0 && drawn < 1);
      sum += drawn;
    }
    assert.ok(Math.abs(sum / 10_000 - 0.5) < 0.02);
  });

  it('samples different items and keeps their order', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const drawn = sample(items, 10, seeded(3));
    assert.equal(new Set(drawn).size, 10);
    assert.deepEqual(
      drawn,
      [...drawn].sort((one, other) => one - other),
    );
    assert.deepEqual(sample([1, 2], 5, seeded(3)), [1, 2]);
  });
});
