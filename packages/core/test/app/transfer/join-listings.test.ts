import assert from 'node:assert/strict';
import { joinListings } from '../../../src/app/transfer/join-listings.ts';
import type { Entry } from '../../../src/model/driver.ts';
import { drawn } from '../../drawn.ts';

async function* pages(keys: readonly string[], pageSize: number): AsyncGenerator<readonly Entry[]> {
  for (let at = 0; at < keys.length; at += pageSize)
    yield keys.slice(at, at + pageSize).map((key) => ({ key, size: 1 }));
}

async function joined(source: readonly string[], target: readonly string[], pageSize = 3): Promise<string[]> {
  const found: string[] = [];
  for await (const pairs of joinListings(pages(source, pageSize), pages(target, pageSize)))
    for (const { source: a, target: b } of pairs) found.push(`${a?.key ?? '-'} ${b?.key ?? '-'}`);
  return found.sort();
}

describe('two listings', () => {
  const cases: readonly (readonly [string, string[], string[], string[]])[] = [
    ['of the same keys', ['a', 'b'], ['a', 'b'], ['a a', 'b b']],
    ['in opposite orders', ['a', 'b', 'c', 'd', 'e'], ['e', 'd', 'c', 'b', 'a'], ['a a', 'b b', 'c c', 'd d', 'e e']],
    ['without a common key', ['a', 'c'], ['b', 'd'], ['- b', '- d', 'a -', 'c -']],
    ['of which one is empty', [], ['b', 'a'], ['- a', '- b']],
    ['of which the other is empty', ['b', 'a'], [], ['a -', 'b -']],
    ['that are empty', [], [], []],
  ];
  for (const [name, source, target, expected] of cases) {
    it(`${name} give every key once`, async () => {
      for (const pageSize of [1, 3, 100]) assert.deepEqual(await joined(source, target, pageSize), expected);
    });
  }

  it('give every key once, in whatever order and with whatever gaps', async () => {
    const random = drawn(11);
    const keys = Array.from({ length: 9_000 }, (_, n) => String(n).padStart(5, '0'));
    const some = (share: number): string[] => keys.filter(() => random() < share);
    // Pages that come in another order, and whole places in the other direction.
    const mixed = (all: readonly string[], pageSize: number): string[] => {
      const found: string[][] = [];
      for (let at = 0; at < all.length; at += pageSize) found.push(all.slice(at, at + pageSize));
      return found.sort(() => random() - 0.5).flat();
    };
    for (const [share, pageSize] of [
      [1, 512],
      [0.9, 100],
      [0.5, 7],
    ] as const) {
      const source = some(share);
      const target = some(share);
      const both = new Set([...source, ...target]);
      const expected = [...both]
        .map((key) => `${source.includes(key) ? key : '-'} ${target.includes(key) ? key : '-'}`)
        .sort();
      const orders = [target, mixed(target, pageSize), target.toReversed(), mixed(target, 1)];
      for (const order of orders) assert.deepEqual(await joined(source, order, pageSize), expected);
    }
  });

  it('are read at the same pace, so that little waits for its partner', async () => {
    const keys = Array.from({ length: 200_000 }, (_, i) => String(i).padStart(6, '0'));
    let [ahead, furthest] = [0, 0];
    async function* counted(step: number): AsyncGenerator<readonly Entry[]> {
      for await (const page of pages(keys, 1_000)) {
        ahead += step * page.length;
        furthest = Math.max(furthest, Math.abs(ahead));
        // One side is a slow service, the other a fast disk.
        if (step > 0) await new Promise((resolve) => setImmediate(resolve));
        yield page;
      }
    }
    let pairs = 0;
    for await (const page of joinListings(counted(1), counted(-1))) pairs += page.length;
    assert.equal(pairs, keys.length);
    assert.ok(furthest <= 25_000, `${furthest} entries were read ahead`);
  });

  it('fail together: the other is not read on', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<readonly Entry[]> {
      try {
        for (let i = 0; ; i++) {
          await new Promise((resolve) => setImmediate(resolve));
          yield [{ key: String(i), size: 1 }];
        }
      } finally {
        ended = true;
      }
    }
    async function* broken(): AsyncGenerator<readonly Entry[]> {
      yield [{ key: 'a', size: 1 }];
      throw new Error('gone');
    }
    await assert.rejects(async () => {
      for await (const pairs of joinListings(endless(), broken())) assert.ok(pairs.length > 0);
    }, /gone/);
    while (!ended) await new Promise((resolve) => setImmediate(resolve));
  });
});
