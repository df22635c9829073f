import assert from 'node:assert/strict';
import { SideThread } from '../../src/lib/side-thread.ts';

describe('a thread beside', () => {
  it('answers in the order of the requests', async () => {
    const thread = new SideThread<readonly string[], Float64Array>('engine/stat-worker');
    const many = Array.from({ length: 20 }, (_, n) => thread.ask(Array.from({ length: n }, () => '/nowhere')));
    assert.deepEqual(
      (await Promise.all(many)).map((stats) => stats.length),
      many.map((_, n) => 2 * n),
    );
    await thread.close();
  });

  it('refuses what it can no longer answer, and is started anew by the next request', async () => {
    const thread = new SideThread<readonly string[], Float64Array>('engine/stat-worker');
    assert.equal((await thread.ask(['/'])).at(0), -2);
    // More than it has done by the time it is ended.
    const long = Array.from({ length: 500_000 }, () => '/nowhere');
    const left = assert.rejects(thread.ask(long), /the thread of engine\/stat-worker has ended/);
    await thread.close();
    await left;
    assert.equal((await thread.ask(['/'])).at(0), -2);
    await thread.close();
  });
});
