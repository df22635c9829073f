import assert from 'node:assert/strict';
import { seeded, shuffle } from '../src/seeded.ts';
import { split, type SplitItem, type SplitOptions } from '../src/split.ts';
import { multiLabelled, pictures, refusal, specimens, testKeys } from './made-items.ts';

describe('split', () => {
  it('puts exactly N of every class into a part counted per class', () => {
    const plan = split(pictures({ Navicula: 100, Fallacia: 57, Achnanthes: 12 }), {
      parts: { test: 10, train: 'rest' },
    });
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
    for (const parts of [
      { test: 10, train: 'rest' },
      { test: 0.15, val: 0.15, train: 'rest' },
    ] as const) {
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
    const inFolders = pictures({ 'Di\u00e9': 40, Diz: 40, Die: 40 });
    const listed = inFolders.map((item) => ({
      key: item.key.normalize('NFD'),
      class: String(item.class).normalize('NFD'),
    }));
    assert.deepEqual(splits(listed), splits(inFolders));
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
    assert.deepEqual(
      after.filter((key) => !key.startsWith('aa/')),
      before,
    );
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
    const [line] = split([{ key: 'a', class: 'x', sha256: 'f00d', source: 'one.zip' }], {
      parts: { train: 'rest' },
    }).assignments;
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
    assert.equal(
      refusal(pictures({ a: 100, b: 4 }), { parts: { test: 0.1, train: 'rest' } }).code,
      'split.class-too-small',
    );
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
    assert.deepEqual(
      plan.warnings.map(({ code, class: name }) => [code, name]),
      [['small-class', 'rare']],
    );
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
      [{ a: 0.7, b: 0.2, c: 0.1, train: 'rest' }, 'the shares add up to 1, so nothing is left for the rest'],
      [{ a: 0.1, b: 0.2, c: { total: 15 }, train: 'rest' }, 'the parts ask for 21 items, but there are 20'],
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
