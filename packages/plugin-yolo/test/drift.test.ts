import assert from 'node:assert/strict';
import { seeded } from '@dataset-runner/kit/seeded';
import { adjusted, jensenShannon, normedWasserstein, stabilityIndex } from '../src/drift/distances.ts';
import { type DriftImage, driftBetween } from '../src/drift/drift.ts';
import { permutationTests } from '../src/drift/permute.ts';

const options = { permutations: 200, seed: 1 };

/** Images with one to six boxes, alike within an image, as boxes of one chest are. */
function images(count: number, seed: string, wider = 0): DriftImage[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => {
    const size = 0.1 + random.unit() * 0.3 + wider;
    const boxes = Array.from({ length: 1 + random.below(6) }, () => ({
      class: random.below(4),
      box: [0.3 + random.unit() * 0.4, 0.5, size + random.unit() * 0.02, 0.2 + random.unit() * 0.1] as const,
    }));
    return { width: 1_000 + random.below(500), height: 1_200, boxes };
  });
}

describe('drift', () => {
  it('measures distances worked out by hand', () => {
    // Every value moves by 2; the deviation of 0 and 2 is 1.
    assert.equal(normedWasserstein({ reference: [0, 2], current: [2, 4] }), 2);
    assert.equal(normedWasserstein({ reference: [0, 2, 0, 2], current: [0, 2] }), 0);
    assert.equal(jensenShannon([3, 0], [0, 5]), 1);
    assert.equal(jensenShannon([3, 6], [1, 2]), 0);
    // p = 1/2 1/2, q = 1/4 3/4: the divergence is 0.0487949 bits.
    assert.ok(Math.abs(jensenShannon([1, 1], [1, 3]) - Math.sqrt(0.0487949)) < 1e-6);
    const ten = Array.from({ length: 1_000 }, (_, at) => at);
    assert.ok(Math.abs(stabilityIndex({ reference: ten, current: ten })) < 1e-12);
    // All in the last tenth: 0.9 ln 10, and nine times (0.0001 - 0.1) ln 0.001.
    const far = stabilityIndex({ reference: ten, current: [5_000] });
    assert.ok(Math.abs(far - (0.9 * Math.log(10) + 9 * (1e-4 - 0.1) * Math.log(1e-3))) < 1e-9);
  });

  it('adjusts p-values as Benjamini and Hochberg', () => {
    const found = adjusted([0.01, 0.04, 0.03, 0.5]).map((value) => Number(value.toFixed(6)));
    assert.deepEqual(found, [0.04, 0.053333, 0.053333, 0.5]);
  });

  it('finds the largest gap of two distributions, ties and all', () => {
    const feature = { kind: 'number', values: [1, 1, 2, 2, 2, 3], owners: [0, 1, 2, 3, 4, 5] } as const;
    // Of the first three two are at 1, of the others none: a gap of two thirds.
    const [found] = permutationTests([feature], { references: 3, all: 6 }, { permutations: 99, random: seeded(1) });
    assert.ok(Math.abs(found!.distance - 2 / 3) < 1e-12);
  });

  it('is not seen in sets divided by chance, where tests of single boxes see it', () => {
    const all = images(400, 'chance');
    const random = seeded('divide');
    let [ours, naive] = [0, 0];
    for (let trial = 0; trial < 20; trial++) {
      const mixed = all.map((image) => ({ image, at: random.unit() })).sort((one, other) => one.at - other.at);
      const [reference, current] = [mixed.slice(50), mixed.slice(0, 50)].map((half) => half.map(({ image }) => image));
      const width = driftBetween(reference!, current!, { permutations: 60, seed: 1 }).find(
        ({ feature }) => feature === 'box width',
      )!;
      if (width.p < 0.05) ours++;
      const [m, n] = width.counts;
      // The limit of Kolmogorov and Smirnov at 5 %, for independent values.
      if (width.distance > 1.358 * Math.sqrt((m + n) / (m * n))) naive++;
    }
    assert.ok(ours <= 4, `${ours} of 20`);
    assert.ok(naive > 2 * ours + 3, `${naive} of 20 by single boxes, ${ours} by images`);
  });

  it('is seen where boxes are wider, in the features it touches and no others', () => {
    const found = driftBetween(images(400, 'a'), images(80, 'b', 0.15), options);
    const verdict = (name: string) => found.find(({ feature }) => feature === name)!.verdict;
    assert.deepEqual([verdict('box width'), verdict('box area')], ['drift', 'drift']);
    assert.ok(verdict('centre x') !== 'drift' && verdict('class') !== 'drift' && verdict('image width') !== 'drift');
    assert.deepEqual(found, driftBetween(images(400, 'a'), images(80, 'b', 0.15), options), 'seeded');
  });

  it('leaves out what one side does not have', () => {
    const bare = images(5, 'c').map(({ boxes }) => ({ boxes }));
    const names = driftBetween(images(20, 'a'), bare, options).map(({ feature }) => feature);
    assert.ok(names.includes('box width') && !names.includes('image width'));
    assert.deepEqual(driftBetween(images(20, 'a'), [], options), []);
  });
});
