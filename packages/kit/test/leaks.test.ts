import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import { findLeaks, hammingDistance, type LeakItem } from '../src/leaks.ts';
import { nearHashes } from '../src/leaks/near-hashes.ts';
import { type Seeded, seeded } from '../src/seeded.ts';

describe('findLeaks', () => {
  it('tells the same bytes in two parts from a duplicate inside one', () => {
    const { exact } = findLeaks([
      { key: 'b', split: 'test', class: 'x', sha256: '1' },
      { key: 'a', split: 'train', class: 'x', sha256: '1' },
      { key: 'c', split: 'train', class: 'x', sha256: '2' },
      { key: 'd', split: 'train', class: 'y', sha256: '2' },
      { key: 'e', split: 'train', sha256: '3' },
      { key: 'f', split: 'test' },
    ]);
    assert.deepEqual(
      exact.across.map(({ items, classesDiffer }) => [items.map(({ key }) => key), classesDiffer]),
      [[['a', 'b'], false]],
    );
    assert.deepEqual(
      exact.within.map(({ items, classesDiffer }) => [items.map(({ key }) => key), classesDiffer]),
      [[['c', 'd'], true]],
    );
  });

  it('knows a digest however it is written', () => {
    const { exact } = findLeaks([
      { key: 'a', split: 'train', sha256: 'AB' },
      { key: 'b', split: 'test', sha256: 'sha256:ab' },
    ]);
    assert.equal(exact.across.length, 1);
  });

  it('counts every pair in the surest band it belongs to', () => {
    const zero = '0000000000000000';
    const report = findLeaks(
      [
        { key: 'a', split: 'train', sha256: '1', phash: zero },
        { key: 'b', split: 'test', sha256: '1', phash: zero },
        { key: 'c', split: 'test', sha256: '2', phash: zero },
        { key: 'd', split: 'train', sha256: '3', phash: '000000000000000F' },
        { key: 'e', split: 'train', sha256: '4', phash: '00000000000003ff' },
      ],
      { distance: 10 },
    );
    assert.deepEqual(report.bands, [
      { name: 'same bytes', across: 1, within: 0 },
      { name: 'distance 0', across: 1, within: 1 },
      { name: 'distance 1-4', across: 2, within: 1 },
      { name: 'distance 5-10', across: 2, within: 2 },
    ]);
    assert.deepEqual(
      report.sameHash.across.map(({ items }) => items.map(({ key }) => key)),
      [['a', 'b', 'c']],
    );
    assert.deepEqual(
      report.near.across.map(({ one, other, distance }) => [one.key, other.key, distance]),
      [
        ['b', 'd', 4],
        ['b', 'e', 10],
      ],
    );
    assert.deepEqual(
      report.near.within.map(({ one, other, distance }) => [one.key, other.key, distance]),
      [
        ['a', 'd', 4],
        ['d', 'e', 6],
        ['a', 'e', 10],
      ],
    );
  });

  it('shows only bands it searched', () => {
    assert.deepEqual(
      [0, 3, 4, 5, 11].map((distance) => findLeaks([], { distance }).bands.length),
      [2, 3, 3, 4, 5],
    );
  });

  it('counts a hundred thousand blank images without listing their five billion pairs', () => {
    const blank = Array.from({ length: 100_000 }, (_, index) => ({
      key: `k${index}`,
      split: index % 2 ? 'train' : 'test',
      sha256: `${index}`,
      phash: '8000000000000000',
    }));
    const { bands } = findLeaks(blank);
    assert.deepEqual([bands[1]!.across, bands[1]!.within], [2_500_000_000, 2_499_950_000]);
  });

  it('lists as many as asked, the nearest first', () => {
    const random = seeded('listed');
    const items = Array.from({ length: 300 }, (_, index) => ({
      key: `k${index}`,
      split: `s${index % 2}`,
      phash: flipped('0123456789abcdef', random.below(6), random),
    }));
    const whole = findLeaks(items, { distance: 10, listed: 1e9 });
    const short = findLeaks(items, { distance: 10, listed: 5 });
    assert.deepEqual(short.bands, whole.bands);
    assert.deepEqual(short.near.across, whole.near.across.slice(0, 5));
  });

  it('refuses a hash that is no hash, and a distance without meaning', () => {
    assert.throws(() => findLeaks([{ key: 'a', split: 'x', phash: '123' }]), {
      message: "leaks.hash-invalid: the perceptual hash of 'a' is '123', not 16 hex digits",
    });
    assert.throws(() => findLeaks([], { distance: 16 }), RangeError);
    assert.throws(() => findLeaks([], { distance: 1.5 }), RangeError);
  });

  it('finds the 13 groups of a published leakage report', function () {
    const folder = process.env['RUNNER_TEST_DATA'];
    if (!folder) return skip(this, 'RUNNER_TEST_DATA is not set');
    const groups = readGroups(join(folder, 'diatom/dup_split_leakage_report.csv'));
    const random = seeded('groups');
    const items = groups.flatMap((group) => {
      const phash = randomHash(random);
      return group.map((item) => ({ ...item, phash }));
    });
    const { sameHash, near } = findLeaks(items);
    assert.deepEqual([items.length, sameHash.across.length, sameHash.within.length], [27, 13, 0]);
    assert.deepEqual(near.across, []);
    // The same picture under two names of genus: two of the published labels cannot both be right.
    assert.equal(sameHash.across.filter(({ classesDiffer }) => classesDiffer).length, 2);
  });
});

describe('nearHashes', () => {
  it('finds exactly the pairs that comparing all finds, at every distance', function () {
    this.timeout(60_000);
    const random = seeded('all');
    for (let distance = 0; distance <= 15; distance++) {
      const hashes = clustered(400, random);
      const expected = bruteForce(hashes, distance);
      assert.deepEqual(pairs(hashes, distance), expected);
      assert.equal(new Set(expected.map(([one, other]) => `${one} ${other}`)).size, expected.length);
    }
  });

  it('finds every planted pair among 50,000 hashes', () => {
    const random = seeded('planted');
    for (const distance of [4, 7]) {
      const hashes = Array.from({ length: 50_000 }, () => randomHash(random));
      const planted = Array.from({ length: 500 }, (_, index) => flipped(hashes[index * 100]!, distance, random));
      const found = new Set(pairs([...hashes, ...planted], distance).map(([one, other]) => `${one} ${other}`));
      for (let index = 0; index < 500; index++) assert.ok(found.has(`${index * 100} ${50_000 + index}`));
    }
  });
});

function pairs(hashes: readonly string[], distance: number): readonly (readonly [number, number, number])[] {
  const words = (from: number): Int32Array =>
    Int32Array.from(hashes, (hash) => Number.parseInt(hash.slice(from, from + 8), 16));
  const found: [number, number, number][] = [];
  nearHashes({ high: words(0), low: words(8) }, distance, (one, other, apart) =>
    found.push([Math.min(one, other), Math.max(one, other), apart]),
  );
  return found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

function bruteForce(hashes: readonly string[], distance: number): readonly (readonly [number, number, number])[] {
  const found: [number, number, number][] = [];
  for (const [one, hash] of hashes.entries()) {
    for (let other = one + 1; other < hashes.length; other++) {
      const apart = hammingDistance(hash, hashes[other]!);
      if (apart <= distance) found.push([one, other, apart]);
    }
  }
  return found;
}

function randomHash(random: Seeded): string {
  return [random.uint32(), random.uint32()].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Hashes around a few centres, 0 to 12 bits off, equal ones among them. */
function clustered(count: number, random: Seeded): readonly string[] {
  const centres = Array.from({ length: 20 }, () => randomHash(random));
  return Array.from({ length: count }, () => flipped(centres[random.below(20)]!, random.below(13), random));
}

function flipped(hash: string, bits: number, random: Seeded): string {
  let value = BigInt(`0x${hash}`);
  const places = new Set<number>();
  while (places.size < bits) places.add(random.below(64));
  for (const place of places) value ^= 1n << BigInt(place);
  return value.toString(16).padStart(16, '0');
}

/** The report has no group column: its rows stand group by group, and each group ends where its second part appears. */
function readGroups(file: string): readonly (readonly LeakItem[])[] {
  const groups: LeakItem[][] = [[]];
  for (const line of readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)) {
    const [domain, name, picture, part] = line.split(',') as [string, string, string, string];
    const open = groups.at(-1)!;
    const ended = open.some(({ split }) => split !== open[0]!.split);
    const group = ended ? groups[groups.push([]) - 1]! : open;
    group.push({ key: `${domain}/${picture}`, class: name, split: part });
  }
  return groups;
}
