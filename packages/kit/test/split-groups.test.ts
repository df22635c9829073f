import assert from 'node:assert/strict';
import { seeded, shuffle } from '../src/seeded.ts';
import { split, type SplitOptions } from '../src/split.ts';
import { crossing, multiLabelled, pictures, refusal, specimens, subsetSums, tangle } from './made-items.ts';

describe('split by groups', () => {
  it('finds the group in the file name by a capture, or in the whole key when the pattern has a slash', () => {
    const items = ['x/000494AA', 'y/000494BA', 'x/000541CA'].map((key) => ({ key, class: 'a' }));
    const groups = (groupBy: SplitOptions['groupBy'] & {}): readonly string[] =>
      split(items, { parts: { train: 'rest' }, groupBy }).assignments.map(({ group }) => group);
    assert.deepEqual(groups('^(\\d{6})'), ['000494', '000541', '000494']);
    assert.deepEqual(groups('^\\w+/'), ['x/', 'x/', 'y/']);
    assert.deepEqual(
      groups((key) => key[0]),
      ['x', 'x', 'y'],
    );
  });

  it('prefers the group an item brings', () => {
    const [line] = split([{ key: 'a1', class: 'x', group: 'dog 7' }], {
      parts: { train: 'rest' },
      groupBy: '.',
    }).assignments;
    assert.equal(line?.group, 'dog 7');
  });

  it('lets keys without a group stand alone and says how many', () => {
    const plan = split(
      [
        { key: '12a', class: 'x' },
        { key: 'odd', class: 'x' },
      ],
      { parts: { train: 'rest' }, groupBy: '\\d+' },
    );
    assert.deepEqual(
      plan.assignments.map(({ group }) => group),
      ['12', 'odd'],
    );
    assert.deepEqual(
      plan.warnings.map(({ code, message }) => [code, message]),
      [['no-group', '1 of 2 keys name no group; each of them is a group of its own']],
    );
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
      const partsOf = [
        { test: 3, train: 'rest' },
        { a: 0.5, b: 0.3, c: 0.2 },
        { val: { total: 5 }, test: 0.2, train: 'rest' },
      ] as const;
      const options = {
        parts: partsOf[round % 3]!,
        seed: round,
        onSmallClass: round % 2 ? 'warn' : 'all-train',
      } as const;
      const plan = split(items, options);
      assert.equal(plan.assignments.length, items.length);
      assert.deepEqual(crossing(plan), []);
      assert.deepEqual(split(shuffle(items, random), options).assignments, plan.assignments);
    }
  });

  it('evens out classes that share groups', () => {
    const items = specimens(300, { a: 4, b: 2, c: 1 });
    const plan = split(items, { parts: { train: 0.7, val: 0.15, test: 0.15 } });
    for (const { shareDeviation } of plan.deviations)
      assert.ok(Math.abs(shareDeviation) < 0.005, String(shareDeviation));
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
    assert.deepEqual(
      after.warnings.map(({ message }) => message),
      ['20 of 20 earlier placed items are gone'],
    );
  });

  it('refuses a part it does not have', () => {
    assert.deepEqual(
      refusal(more, { parts: { test: 10, train: 'rest' }, previous: first.assignments }).code,
      'split.part-unknown',
    );
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
    assert.equal(
      refusal(pictures({ a: 9 }), { parts: { test: 3, train: 'rest' }, method: 'hash' }).code,
      'split.sizes-impossible',
    );
  });
});
