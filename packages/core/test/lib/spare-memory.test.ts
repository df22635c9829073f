import assert from 'node:assert/strict';
import { passed } from '../../src/lib/spare-memory.ts';

const pieceBytes = 64 * 1024;
const pieces = 4_000;

describe('memory of long streams', () => {
  it('comes back long before V8 would look for it', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let i = 0; i < pieces; i++) {
      passed(await piece());
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    // 262 MB went by; V8 left to itself lets some 70 gather.
    assert.ok(most < 48_000_000, `${most} bytes`);
  });
});

async function piece(): Promise<number> {
  return Buffer.allocUnsafeSlow(pieceBytes).length;
}
