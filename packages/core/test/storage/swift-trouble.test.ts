import assert from 'node:assert/strict';
import { troubleOfSwift } from '../../src/storage/drivers/swift-trouble.ts';
import { isTransient } from '../../src/storage/trouble.ts';

describe('the trouble of a Swift', () => {
  const cases: readonly [status: number, body: string, kind: string, transient: boolean][] = [
    [409, 'Conflict', 'unavailable', true],
    [498, 'Slow down', 'throttled', true],
    [422, '', 'corrupt', true],
    [413, 'Upload exceeds quota.', 'full', false],
    [413, 'Too large', 'limit', false],
    [403, '', 'denied', false],
  ];
  for (const [status, body, kind, transient] of cases) {
    it(`that answers ${`${status} ${body}`.trim()} is ${kind}, with the id of the request`, () => {
      const headers = { 'x-trans-id': 'tx0001' };
      const trouble = troubleOfSwift({ status, headers }, 'PUT http://127.0.0.1/c/a', body);
      assert.deepEqual([trouble.kind, isTransient(trouble)], [kind, transient]);
      assert.match(trouble.message, /tx0001/);
    });
  }
});
