import assert from 'node:assert/strict';
import { checkBoxes } from '../src/validate/check-boxes.ts';
import { fixLabel } from '../src/validate/fix-label.ts';
import { readLabel } from '../src/validate/read-label.ts';

describe('the correction of labels', () => {
  const shape = { file: 'a.txt', classCount: 2 };
  const fixed = (text: string): string | undefined => fixLabel(Buffer.from(text), shape);
  const codes = (text: string): string[] =>
    checkBoxes(readLabel(Buffer.from(text), shape).rows, 'a.txt').map(({ code }) => code);

  it('cuts every box that is told to hang over the edge, however little', () => {
    for (const row of ['0 0.5 0.5 1.00002 0.5', '1 0.9 0.5 0.200006 0.5', '0 0.05 0.05 0.2 0.2']) {
      assert.deepEqual(codes(row), ['box-over-edge']);
      const better = fixed(row)!;
      assert.deepEqual(codes(better), [], better);
      assert.equal(fixed(better), undefined);
    }
    assert.equal(fixed('0 0.500000 0.5 1.000001 0.5'), undefined, 'that is rounding');
  });

  it('leaves a box that lies outside as it is, and makes no empty one of it', () => {
    assert.equal(fixed('0 1.005 0.5 0.005 0.2'), undefined);
    assert.equal(fixed('0 1.005 0.5 0.005 0.2\r\n'), '0 1.005 0.5 0.005 0.2\n');
    assert.equal(fixed('0 1.005 0.5 0.005 0.2 0.9'), '0 1.005 0.5 0.005 0.2');
  });
});
