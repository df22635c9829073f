import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../src/lib/atomic-file.ts';
import { retry, sleep } from '../../src/lib/retry.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';

describe('a semaphore', () => {
  it('serves first come, first served', async () => {
    const slots = new Semaphore(1);
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => slots.run(async () => void order.push(n))));
    assert.deepEqual(order, [1, 2, 3, 4]);
    assert.equal(slots.active, 0);
  });

  it('lets no newcomer pass those who wait', async () => {
    const slots = new Semaphore(1);
    const order: string[] = [];
    await slots.acquire();
    const waiting = slots.run(async () => void order.push('waited'));
    slots.release();
    await Promise.all([waiting, slots.run(async () => void order.push('came later'))]);
    assert.deepEqual(order, ['waited', 'came later']);
  });

  it('gives no slot to who stopped waiting', async () => {
    const slots = new Semaphore(1);
    await slots.acquire();
    const controller = new AbortController();
    const waiting = slots.acquire(controller.signal);
    controller.abort(new Error('no patience'));
    await assert.rejects(waiting, /no patience/);
    slots.release();
    assert.equal(slots.active, 0);
    await assert.rejects(slots.acquire(AbortSignal.abort(new Error('before'))), /before/);
  });

  it('follows its limit up and down', async () => {
    const slots = new Semaphore(1);
    await slots.acquire();
    const second = slots.acquire();
    slots.limit = 2;
    await second;
    slots.limit = 1;
    slots.release();
    let served = false;
    const third = slots.acquire().then(() => (served = true));
    await sleep(5);
    assert.equal(served, false);
    slots.release();
    await third;
  });
});

describe('retry', () => {
  const quick = { attempts: 3, baseMs: 1, capMs: 2 };

  it('tries until it succeeds', async () => {
    const counts: number[] = [];
    const result = await retry(
      async (count) => {
        counts.push(count);
        if (count < 3) throw new Error('not yet');
        return 'done';
      },
      () => ({ again: true }),
      quick,
    );
    assert.deepEqual([result, counts], ['done', [1, 2, 3]]);
  });

  it('gives up with the last error when the attempts are used up or the verdict is final', async () => {
    let attempts = 0;
    const work = async (): Promise<void> => {
      throw new Error(`failure ${++attempts}`);
    };
    await assert.rejects(
      retry(work, () => ({ again: true }), quick),
      /failure 3/,
    );
    await assert.rejects(
      retry(work, () => ({ again: false }), quick),
      /failure 4/,
    );
    await assert.rejects(
      retry(work, () => ({ again: true, retryAfterMs: 3_600_000 }), quick),
      /failure 5/,
    );
  });

  it('waits at least as long as it was told', async () => {
    const startedMs = performance.now();
    const work = async (count: number): Promise<void> => {
      if (count === 1) throw new Error('slow down');
    };
    await retry(work, () => ({ again: true, retryAfterMs: 50 }), quick);
    assert.ok(performance.now() - startedMs >= 49);
  });

  it('stops waiting when its signal aborts', async () => {
    const controller = new AbortController();
    const work = retry(
      () => Promise.reject(new Error('again')),
      () => ({ again: true, retryAfterMs: 60_000 }),
      quick,
      controller.signal,
    );
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await assert.rejects(work, /enough/);
  });
});

describe('an atomic write', () => {
  it('replaces the whole file, makes folders and leaves nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'runner-atomic-'));
    const path = join(folder, 'a/b/file.txt');
    writeFileAtomically(path, 'a long first text', { fsync: true });
    writeFileAtomically(path, Buffer.from('short'));
    assert.equal(readFileSync(path, 'utf8'), 'short');
    assert.throws(() => writeFileAtomically(join(folder, 'a/b'), 'a folder is there'));
    assert.deepEqual([readdirSync(join(folder, 'a')), readdirSync(join(folder, 'a/b'))], [['b'], ['file.txt']]);
    rmSync(folder, { recursive: true });
    assert.equal(existsSync(folder), false);
  });
});
