import assert from 'node:assert/strict';
import { faultKinds } from './chaos-proxy.ts';
import { faultRound } from './fault-rounds.ts';

describe('a sync over a bad line', function () {
  this.timeout(120_000);

  it('ends byte for byte right, finds every corrupt byte, and never shows half a file', async () => {
    const { faults, commands, looks } = await faultRound({ seed: 1, files: 200, faults: 20 });
    const total = Object.values(faults).reduce((sum, count) => sum + count, 0);
    assert.ok(total >= 40, `only ${total} faults`);
    for (const kind of faultKinds) {
      // Once each way; requests of a download have nothing that could be cut.
      const least = kind === 'cut request' ? 1 : 2;
      assert.ok((faults[kind] ?? 0) >= least, `${kind} came ${faults[kind]} times`);
    }
    assert.ok(looks > 400, `only ${looks} looks`);
    assert.ok(commands >= 2);
  });
});
