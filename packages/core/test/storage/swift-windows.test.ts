import assert from 'node:assert/strict';
import { windowsOf } from '../../src/storage/drivers/swift-windows.ts';

describe('windows over the segments of a large object', () => {
  const sizes = (...bytes: readonly number[]) => bytes.map((sizeBytes) => ({ sizeBytes }));

  it('begin and end in the middle of segments', () => {
    assert.deepEqual(windowsOf(sizes(10, 10, 5)), [
      { start: 0, end: 5 },
      { start: 5, end: 15 },
      { start: 15, end: 22 },
      { start: 22, end: 25 },
    ]);
  });

  it('hold every byte once, also of segments of none or one', () => {
    for (const all of [[1], [0, 1, 0], [1, 1, 1, 0, 7, 0], [3, 0, 0, 2, 1]]) {
      let at = 0;
      for (const { start, end } of windowsOf(sizes(...all))) {
        assert.equal(start, at);
        assert.ok(end > start);
        at = end;
      }
      assert.equal(
        at,
        all.reduce((sum, size) => sum + size, 0),
      );
    }
    assert.deepEqual(windowsOf(sizes()), []);
  });
});
