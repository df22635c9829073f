import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import { findLeaks, hammingDistance } from '../src/leaks.ts';
import { split } from '../src/split.ts';

/** 40 real images of one diatom genus; the digits of a name are the specimen. */
interface Row {
  readonly key: string;
  readonly split: string;
  readonly phash: string;
  readonly specimen: string;
}

describe('the published ADIAC Cyclotella split', () => {
  let rows: readonly Row[] = [];
  before(function () {
    const folder = process.env['RUNNER_TEST_DATA'];
    if (!folder) skip(this, 'RUNNER_TEST_DATA is not set');
    const lines = readFileSync(join(folder, 'diatom/adiac_cyclotella_manifest.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1);
    rows = lines.map((line) => {
      const [path, part, phash] = line.split(',') as [string, string, string];
      const key = basename(path);
      return { key, split: part, phash: BigInt(phash).toString(16).padStart(16, '0'), specimen: key.slice(0, 6) };
    });
  });

  it('has 7 of 14 specimens in more than one part; ours, by specimen, has none', () => {
    assert.deepEqual([rows.length, straddling(rows)], [40, [7, 14]]);
    const items = rows.map(({ key }) => ({ key, class: 'Cyclotella' }));
    for (const parts of [
      { test: 10, train: 'rest' },
      { train: 0.7, val: 0.15, test: 0.15 },
    ] as const) {
      const plan = split(items, { parts, groupBy: String.raw`^(\d{6})` });
      assert.deepEqual(straddling(plan.assignments.map((line) => ({ ...line, specimen: line.group }))), [0, 14]);
      assert.deepEqual(plan.warnings, []);
    }
  });

  it('gives exactly 10 test images in whole specimens', () => {
    const items = rows.map(({ key }) => ({ key, class: 'Cyclotella' }));
    const { counts } = split(items, { parts: { test: 10, train: 'rest' }, groupBy: String.raw`^(\d{6})` });
    assert.deepEqual(counts, { test: { Cyclotella: 10 }, train: { Cyclotella: 30 } });
  });

  it('has images of one specimen 2 to 22 bits apart, so hashes alone miss most of its leaks', () => {
    const distances = rows.flatMap((one, index) =>
      rows
        .slice(index + 1)
        .filter((other) => other.specimen === one.specimen)
        .map((other) => hammingDistance(one.phash, other.phash)),
    );
    assert.deepEqual([Math.min(...distances), Math.max(...distances)], [2, 22]);
    const { exact, near, bands } = findLeaks(rows, { distance: 10 });
    assert.deepEqual([exact.across, near.across.filter(({ distance }) => distance === 0)], [[], []]);
    const leaking = new Set(near.across.map(({ one }) => one.key.slice(0, 6)));
    assert.ok(leaking.size < 7, `${leaking.size} of 7 straddling specimens found by hash`);
    assert.deepEqual(
      bands.map(({ name }) => name),
      ['same bytes', 'distance 0', 'distance 1-4', 'distance 5-10'],
    );
  });
});

function straddling(rows: readonly { readonly specimen: string; readonly split: string }[]): readonly [number, number] {
  const parts = new Map<string, Set<string>>();
  for (const row of rows) parts.set(row.specimen, (parts.get(row.specimen) ?? new Set()).add(row.split));
  return [[...parts.values()].filter((names) => names.size > 1).length, parts.size];
}
