import assert from 'node:assert/strict';
import { Queue } from '../../src/lib/queue.ts';

describe('a queue', () => {
  it('gives back thousands of entries in their order while others are added', () => {
    const queue = new Queue<number>();
    let added = 0;
    let taken = 0;
    while (taken < 20_000) {
      if (added < 20_000) for (let i = 0; i < 3; i++) queue.push(added++);
      assert.equal(queue.length, added - taken);
      assert.equal(queue.peek(), taken);
      assert.equal(queue.take(), taken++);
    }
  });

  it('holds undefined like any other entry, and nothing once it is cleared', () => {
    const queue = new Queue<number | undefined>();
    queue.push(undefined);
    queue.push(1);
    assert.equal(queue.take(), undefined);
    assert.equal(queue.length, 1);
    queue.clear();
    assert.equal(queue.length, 0);
    assert.equal(queue.take(), undefined);
    queue.push(2);
    assert.equal(queue.peek(), 2);
  });
});
