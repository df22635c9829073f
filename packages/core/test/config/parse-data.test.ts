import assert from 'node:assert/strict';
import { parseData } from '../../src/config/parse-data.ts';

describe('data in JSON', () => {
  for (const [what, text, line, column] of [
    ['a last comma', '[\n  {},\n  ]', 3, 3],
    ['a word without quotes', '[true, nope]', 1, 9],
    ['a quote of the wrong kind', `["a",\n 'b']`, 2, 2],
    ['a comment', '// all\n[]', 1, 1],
    ['a member without its colon', '{"a" 1}', 1, 6],
  ] as const)
    it(`tells where it breaks by ${what}`, () =>
      assert.deepEqual(parseData(text, 'a.json', {}, {}), { ok: false, message: 'is not valid JSON', line, column }));

  it('has no such place when it ends too early', () =>
    assert.deepEqual(parseData('[1,', 'a.json', {}, {}), { ok: false, message: 'is not valid JSON' }));
});
