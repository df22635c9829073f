import assert from 'node:assert/strict';
import { Semaphore } from '../../src/lib/semaphore.ts';

describe('a semaphore', () => {
  it('does each in slots, and all of them', async () => {
    let [active, most] = [0, 0];
    const done: number[] = [];
    await new Semaphore(2).each([1, 2, 3, 4, 5], async (n) => {
      most = Math.max(most, ++active);
      await new Promise(setImmediate);
      active--;
      done.push(n);
    });
    assert.deepEqual([most, done.length], [2, 5]);
  });

  it('begins no more after a failure, and tells it when all that had begun is over', async () => {
    const log: string[] = [];
    const work = async (n: number): Promise<void> => {
      log.push(`begin ${n}`);
      if (n === 1) throw new Error('one');
      await new Promise(setImmediate);
      log.push(`end ${n}`);
    };
    await assert.rejects(new Semaphore(2).each([1, 2, 3, 4], work), /one/);
    assert.deepEqual(log, ['begin 1', 'begin 2', 'end 2']);
    await new Promise(setImmediate);
    assert.equal(log.length, 3);
  });

  it('begins none of those that wait when it is aborted', async () => {
    const abort = new AbortController();
    const begun: number[] = [];
    const work = async (n: number): Promise<void> => {
      begun.push(n);
      abort.abort(new Error('stopped'));
    };
    await assert.rejects(new Semaphore(1).each([1, 2, 3], work, abort.signal), /stopped/);
    assert.deepEqual(begun, [1]);
  });
});
