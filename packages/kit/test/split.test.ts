import assert from 'node:assert/strict';
import { failureOf } from '@dataset-runner/core/plugin';
import { seeded, shuffle } from '../src/seeded.ts';
import { split, type SplitItem, type SplitOptions, type SplitPlan } from '../src/split.ts';

describe('split', () => {
  it('puts exactly N of every class into a part counted per class', () => {
    const plan = split(pictures({ Navicula: 100, Fallacia: 57, Achnanthes: 12 }), { parts: { test: 10, train: 'rest' } });
    assert.deepEqual(plan.counts, {
      test: { Achnanthes: 10, Fallacia: 10, Navicula: 10 },
      train: { Achnanthes: 2, Fallacia: 47, Navicula: 90 },
    });
    assert.deepEqual(plan.totals, { test: 30, train: 139 });
    assert.deepEqual(plan.warnings, []);
  });

  it('names every item once, sorted by key', () => {
    const items = pictures({ b: 20, a: 20 });
    const keys = split(items, { parts: { test: 0.5, train: 'rest' } }).assignments.map(({ key }) => key);
    assert.deepEqual(keys, items.map(({ key }) => key).sort());
  });

  it('gives the same result for shuffled input', () => {
    const items = [...pictures({ a: 61, b: 17, c: 130 }), ...specimens(40, { a: 1, b: 2 }), ...multiLabelled(80)];
    for (const parts of [{ test: 10, train: 'rest' }, { test: 0.15, val: 0.15, train: 'rest' }] as const) {
      const plan = split(items, { parts, seed: 5, onSmallClass: 'warn' });
      for (const seed of [1, 2, 3]) {
        assert.deepEqual(split(shuffle(items, seeded(seed)), { parts, seed: 5, onSmallClass: 'warn' }), plan);
      }
    }
  });

  it('gives the same result for names in decomposed Unicode, as macOS lists them', () => {
    const composed = ['Pinnul\u00e1ria', 'Navicula', 'Di\u00e9'].flatMap((name) =>
      Array.from({ length: 10 }, (_, index) => ({ key: `${name}${index}.png`, class: 'a' })),
    );
    const decomposed = composed.map((item) => ({ ...item, key: item.key.normalize('NFD') }));
    const splits = (items: readonly SplitItem[]): readonly string[] =>
      split(items, { parts: { test: 10, train: 'rest' } }).assignments.map((line) => line.split);
    assert.deepEqual(splits(decomposed), splits(composed));
  });

  it('gives another draw for another seed', () => {
    const items = pictures({ a: 100 });
    const draw = (seed: number): string => testKeys(split(items, { parts: { test: 10, train: 'rest' }, seed })).join();
    assert.notEqual(draw(1), draw(2));
  });

  it('keeps the draw of a class when another class is added', () => {
    const parts = { test: 10, train: 'rest' } as const;
    const before = testKeys(split(pictures({ a: 50, b: 50 }), { parts }));
    const after = testKeys(split(pictures({ a: 50, b: 50, aa: 50 }), { parts }));
    assert.deepEqual(after.filter((key) => !key.startsWith('aa/')), before);
  });

  it('splits by shares with part sizes by largest remainder', () => {
    const plan = split(pictures({ a: 7, b: 8, c: 10 }), { parts: { train: 0.7, val: 0.2, staging: 0.1 } });
    // 25 items: 17.5, 5 and 2.5; the first of two equal fractions gets the odd one.
    assert.deepEqual(plan.totals, { train: 18, val: 5, staging: 2 });
    for (const { wanted, got } of plan.deviations) assert.ok(Math.abs(wanted - got) <= 1.5);
  });

  it('meets exact total sizes over all classes', () => {
    const items = pictures({ a: 333, b: 124, c: 44 });
    const plan = split(items, { parts: { train: { total: 401 }, test: { total: 67 }, val: { total: 33 } } });
    assert.deepEqual(plan.totals, { train: 401, test: 67, val: 33 });
    const mixed = split(items, { parts: { val: { total: 33 }, test: 10, train: 'rest' } });
    assert.deepEqual(mixed.totals, { val: 33, test: 30, train: 438 });
    assert.deepEqual(Object.values(mixed.counts['test']!), [10, 10, 10]);
  });

  it('keeps every class within one item of its share in the parts that ask', () => {
    const random = seeded('shares');
    for (let round = 0; round < 50; round++) {
      const sizes = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`c${index}`, 10 + random.below(90)]));
      const plan = split(pictures(sizes), { parts: { val: 0.15, test: 0.2, train: 'rest' } });
      const all = Object.values(sizes).reduce((sum, size) => sum + size, 0);
      assert.ok(Math.abs(plan.totals['val']! - all * 0.15) <= 1);
      for (const { part, wanted, got } of plan.deviations) assert.ok(part === 'train' || Math.abs(wanted - got) < 1);
    }
  });

  it('leaves a part of size 0 empty', () => {
    assert.deepEqual(split(pictures({ a: 3 }), { parts: { test: 0, train: 'rest' } }).totals, { test: 0, train: 3 });
  });

  it('splits nothing into empty parts', () => {
    const plan = split([], { parts: { test: 10, train: 'rest' } });
    assert.deepEqual([plan.assignments, plan.totals], [[], { test: 0, train: 0 }]);
  });

  it('carries digests and sources along', () => {
    const [line] = split([{ key: 'a', class: 'x', sha256: 'f00d', source: 'one.zip' }], { parts: { train: 'rest' } }).assignments;
    assert.deepEqual(line, { key: 'a', sha256: 'f00d', class: 'x', group: 'a', split: 'train', source: 'one.zip' });
  });
});

describe('split of small classes', () => {
  const items = pictures({ common: 50, rare: 8 });
  const parts = { test: 10, train: 'rest' } as const;

  it('refuses a class that would leave a part empty, and names it', () => {
    assert.deepEqual(refusal(items, { parts }), {
      code: 'split.class-too-small',
      message: "too small for the parts test, train: 'rare' (8 items)",
    });
    assert.equal(refusal(pictures({ a: 100, b: 4 }), { parts: { test: 0.1, train: 'rest' } }).code, 'split.class-too-small');
  });

  it('refuses a class of fewer groups than parts', () => {
    const oneSpecimen = pictures({ a: 40 }).map((item) => ({ ...item, group: 'the only one' }));
    assert.equal(
      refusal(oneSpecimen, { parts }).message,
      "too small for the parts test, train: 'a' (40 items in 1 groups)",
    );
  });

  it('splits it as far as it goes on request: half for the others, half for the rest', () => {
    const plan = split(items, { parts, onSmallClass: 'warn' });
    assert.deepEqual([plan.counts['test']!['rare'], plan.counts['train']!['rare']], [4, 4]);
    assert.equal(plan.counts['test']!['common'], 10);
    assert.deepEqual(plan.warnings, [
      { code: 'small-class', class: 'rare', message: "'rare' has 8 items in 8 groups: split as far as it goes" },
    ]);
  });

  it('keeps it whole for training on request', () => {
    const plan = split(items, { parts, onSmallClass: 'all-train' });
    assert.deepEqual(plan.counts, { test: { common: 10, rare: 0 }, train: { common: 40, rare: 8 } });
    assert.deepEqual(plan.warnings.map(({ code, class: name }) => [code, name]), [['small-class', 'rare']]);
  });
});

describe('split by groups', () => {
  it('finds the group in the file name by a capture, or in the whole key when the pattern has a slash', () => {
    const items = ['x/000494AA', 'y/000494BA', 'x/000541CA'].map((key) => ({ key, class: 'a' }));
    const groups = (groupBy: SplitOptions['groupBy'] & {}): readonly string[] =>
      split(items, { parts: { train: 'rest' }, groupBy }).assignments.map(({ group }) => group);
    assert.deepEqual(groups('^(\\d{6})'), ['000494', '000541', '000494']);
    assert.deepEqual(groups('^\\w+/'), ['x/', 'x/', 'y/']);
    assert.deepEqual(groups((key) => key[0]), ['x', 'x', 'y']);
  });

  it('prefers the group an item brings', () => {
    const [line] = split([{ key: 'a1', class: 'x', group: 'dog 7' }], { parts: { train: 'rest' }, groupBy: '.' }).assignments;
    assert.equal(line?.group, 'dog 7');
  });

  it('lets keys without a group stand alone and says how many', () => {
    const plan = split([{ key: '12a', class: 'x' }, { key: 'odd', class: 'x' }], { parts: { train: 'rest' }, groupBy: '\\d+' });
    assert.deepEqual(plan.assignments.map(({ group }) => group), ['12', 'odd']);
    assert.deepEqual(plan.warnings.map(({ code, message }) => [code, message]), [
      ['no-group', '1 of 2 keys name no group; each of them is a group of its own'],
    ]);
  });

  it('meets the count exactly whenever whole groups can add up to it', () => {
    const random = seeded('sums');
    for (let round = 0; round < 200; round++) {
      const sizes = Array.from({ length: 4 + random.below(8) }, () => 2 + random.below(7));
      const items = sizes.flatMap((size, group) =>
        Array.from({ length: size }, (_, index) => ({ key: `${group}-${index}`, class: 'a', group: `g${group}` })),
      );
      const want = 1 + random.below(items.length - 1);
      const { counts } = split(items, { parts: { test: want, train: 'rest' }, seed: round });
      const off = Math.min(...subsetSums(sizes).map((sum) => Math.abs(sum - want)));
      assert.equal(Math.abs(counts['test']!['a']! - want), off, `sizes ${sizes.join()} want ${want}`);
    }
  });

  it('says where whole groups cannot add up', () => {
    const items = Array.from({ length: 30 }, (_, index) => ({ key: `p${index}`, class: 'a', group: `g${index % 10}` }));
    const { warnings } = split(items, { parts: { test: 10, train: 'rest' } });
    assert.deepEqual(warnings, [
      { code: 'not-exact', part: 'test', class: 'a', message: "'test' has 9 of 'a' where 10 were asked" },
    ]);
  });

  it('never lets a group cross, whatever the data', () => {
    const random = seeded('crossing');
    for (let round = 0; round < 150; round++) {
      const items = tangle(random);
      const partsOf = [{ test: 3, train: 'rest' }, { a: 0.5, b: 0.3, c: 0.2 }, { val: { total: 5 }, test: 0.2, train: 'rest' }] as const;
      const options = { parts: partsOf[round % 3]!, seed: round, onSmallClass: round % 2 ? 'warn' : 'all-train' } as const;
      const plan = split(items, options);
      assert.equal(plan.assignments.length, items.length);
      assert.deepEqual(crossing(plan), []);
      assert.deepEqual(split(shuffle(items, random), options).assignments, plan.assignments);
    }
  });

  it('evens out classes that share groups', () => {
    const items = specimens(300, { a: 4, b: 2, c: 1 });
    const plan = split(items, { parts: { train: 0.7, val: 0.15, test: 0.15 } });
    for (const { shareDeviation } of plan.deviations) assert.ok(Math.abs(shareDeviation) < 0.005, String(shareDeviation));
  });

  it('evens out items of several classes, rarest first', () => {
    const items = multiLabelled(600);
    const plan = split(items, { parts: { test: { total: 120 }, val: 0.1, train: 'rest' } });
    assert.deepEqual(plan.totals, { test: 120, val: 60, train: 420 });
    for (const { wanted, got } of plan.deviations) assert.ok(Math.abs(wanted - got) <= 1.5, `${got} for ${wanted}`);
    const counted = split(items, { parts: { test: 10, train: 'rest' } });
    assert.equal(counted.counts['test']!['seal'], 10);
  });
});

describe('split with an earlier manifest', () => {
  const parts = { test: 10, val: 0.2, train: 'rest' } as const;
  const first = split(pictures({ a: 60, b: 80 }), { parts, seed: 1 });
  const more = pictures({ a: 75, b: 80, c: 40 });

  it('moves nothing that was placed, whatever the seed', () => {
    const second = split(more, { parts, seed: 99, previous: first.assignments });
    const now = new Map(second.assignments.map((line) => [line.key, line.split]));
    for (const line of first.assignments) assert.equal(now.get(line.key), line.split);
    assert.deepEqual(second.counts['test'], { a: 10, b: 10, c: 10 });
    assert.deepEqual(second.counts['val'], { a: 15, b: 16, c: 8 });
  });

  it('lets new members follow their group, also after its first members were deleted', () => {
    const dogs = Array.from({ length: 20 }, (_, dog) => ({ key: `dog${dog}-1`, class: 'a', group: `dog${dog}` }));
    const before = split(dogs, { parts: { test: 5, train: 'rest' } });
    const photos = dogs.map(({ group }) => ({ key: `${group}-2`, class: 'a', group }));
    const after = split(photos, { parts: { test: 5, train: 'rest' }, previous: before.assignments, seed: 8 });
    const partOf = new Map(before.assignments.map((line) => [line.group, line.split]));
    for (const line of after.assignments) assert.equal(line.split, partOf.get(line.group));
    assert.deepEqual(after.warnings.map(({ message }) => message), ['20 of 20 earlier placed items are gone']);
  });

  it('refuses a part it does not have', () => {
    assert.deepEqual(refusal(more, { parts: { test: 10, train: 'rest' }, previous: first.assignments }).code, 'split.part-unknown');
  });

  it('refuses to keep a leak: members of a group that stood in two parts', () => {
    const straddling = first.assignments.map((line) => ({ ...line, group: line.key }));
    assert.equal(refusal(more, { parts, previous: straddling, groupBy: () => 'all' }).code, 'split.group-crosses');
  });
});

describe('split by hash', () => {
  const parts = { test: 0.2, val: 0.1, train: 'rest' } as const;

  it('moves no item when others come or go', () => {
    const few = split(pictures({ a: 200 }), { parts, method: 'hash' });
    const many = split(pictures({ a: 300, b: 100 }), { parts, method: 'hash' });
    const now = new Map(many.assignments.map((line) => [line.key, line.split]));
    for (const line of few.assignments) assert.equal(now.get(line.key), line.split);
  });

  it('keeps to the shares on average', () => {
    const { totals } = split(pictures({ a: 10_000 }), { parts, method: 'hash' });
    assert.ok(Math.abs(totals['test']! - 2000) < 150 && Math.abs(totals['val']! - 1000) < 120, JSON.stringify(totals));
  });

  it('refuses counts and totals, which it cannot promise', () => {
    assert.equal(refusal(pictures({ a: 9 }), { parts: { test: 3, train: 'rest' }, method: 'hash' }).code, 'split.sizes-impossible');
  });
});

describe('split refuses', () => {
  it('a key that comes twice, also in another Unicode form', () => {
    assert.deepEqual(refusal([...pictures({ a: 3 }), ...pictures({ a: 1 })], { parts: { train: 'rest' } }), {
      code: 'split.duplicate-key',
      message: "the key 'a/0000.png' comes twice",
    });
    const twins = ['\u00e9', 'e\u0301'].map((key) => ({ key, class: 'a' }));
    assert.equal(refusal(twins, { parts: { train: 'rest' } }).code, 'split.duplicate-key');
  });

  it('sizes that cannot add up', () => {
    const cases: readonly (readonly [SplitOptions['parts'], string])[] = [
      [{}, 'no part is named'],
      [{ a: 'rest', b: 'rest' }, "only one part can take the 'rest'"],
      [{ test: 10, train: 0.5 }, "parts counted per class need a part that takes the 'rest'"],
      [{ test: 0.3, train: 0.5 }, 'the shares add up to 0.8, not 1'],
      [{ test: 0.5, train: { total: 10 } }, "shares beside totals need a part that takes the 'rest'"],
      [{ test: { total: 5 }, train: { total: 6 } }, 'the totals add up to 11, but there are 20 items'],
      [{ a: 0.5, b: 0.5, train: 'rest' }, 'the shares add up to 1, so nothing is left for the rest'],
      [{ test: { total: 21 }, train: 'rest' }, 'the parts ask for 21 items, but there are 20'],
      [{ test: 1.5, train: 'rest' }, "the size of 'test' is 1.5: neither a whole number nor a share below 1"],
      [{ test: -1, train: 'rest' }, "the size of 'test' is -1: neither a whole number nor a share below 1"],
      [{ test: { total: 0.5 }, train: 'rest' }, "the total of 'test' is 0.5, not a whole number"],
      [{ '1': 'rest' }, "'1' is no name for a part: letters, digits, '.', '_' and '-'"],
    ];
    for (const [parts, message] of cases) {
      assert.deepEqual(refusal(pictures({ a: 20 }), { parts }), { code: 'split.sizes-impossible', message });
    }
  });

  it('a pattern that is no regular expression', () => {
    assert.equal(refusal([], { parts: { train: 'rest' }, groupBy: '(' }).code, 'split.pattern-invalid');
  });
});

function pictures(sizes: { readonly [className: string]: number }): SplitItem[] {
  return Object.entries(sizes).flatMap(([name, size]) =>
    Array.from({ length: size }, (_, index) => ({ key: `${name}/${String(index).padStart(4, '0')}.png`, class: name })),
  );
}

/** Groups of 1 to 6 items in which the classes come in the given proportion, mixed within a group. */
function specimens(count: number, weights: { readonly [className: string]: number }): SplitItem[] {
  const random = seeded(`specimens ${count}`);
  const urn = Object.entries(weights).flatMap(([name, weight]) => new Array<string>(weight).fill(name));
  return Array.from({ length: count }, (_, group) => group).flatMap((group) =>
    Array.from({ length: 1 + random.below(6) }, (_, index) => ({
      key: `s${group}-${index}`,
      class: urn[random.below(urn.length)]!,
      group: `s${group}`,
    })),
  );
}

function multiLabelled(count: number): SplitItem[] {
  const random = seeded('labels');
  const chances = { boat: 0.6, buoy: 0.3, gull: 0.15, seal: 0.05 };
  return Array.from({ length: count }, (_, index) => ({
    key: `m${index}`,
    class: Object.entries(chances).flatMap(([name, chance]) => (random.unit() < chance ? [name] : [])),
  }));
}

/** Random items: some alone, some in groups, of one class, several or none. */
function tangle(random: ReturnType<typeof seeded>): SplitItem[] {
  const several = random.below(3) === 0;
  return Array.from({ length: 20 + random.below(80) }, (_, index) => {
    const name = (): string => `c${random.below(4)}`;
    const item = { key: `k${index}`, class: several ? Array.from({ length: random.below(3) }, name) : name() };
    return random.below(4) === 0 ? item : { ...item, group: `g${random.below(25)}` };
  });
}

function testKeys(plan: SplitPlan): readonly string[] {
  return plan.assignments.filter((line) => line.split === 'test').map(({ key }) => key);
}

function crossing(plan: SplitPlan): readonly string[] {
  const parts = new Map<string, Set<string>>();
  for (const line of plan.assignments) parts.set(line.group, (parts.get(line.group) ?? new Set()).add(line.split));
  return [...parts].filter(([, names]) => names.size > 1).map(([group]) => group);
}

function subsetSums(sizes: readonly number[]): readonly number[] {
  let sums = new Set([0]);
  for (const size of sizes) sums = new Set([...sums, ...[...sums].map((sum) => sum + size)]);
  return [...sums];
}

function refusal(items: readonly SplitItem[], options: SplitOptions): { readonly code: string; readonly message: string } {
  try {
    split(items, options);
  } catch (error) {
    const failure = failureOf(error);
    if (failure && 'message' in failure) return { code: failure.code, message: String(failure.message) };
    throw error;
  }
  throw new Error('the split was not refused');
}
