import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

describe('the runner in a thread of another program', () => {
  it('leaves the messages of that thread to its owner', async () => {
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData).then(() => parentPort.postMessage(parentPort.listenerCount('message')));`;
    const run = new URL('../../src/engine/run.ts', import.meta.url).href;
    const thread = new Worker(code, { eval: true, workerData: run });
    try {
      const [listeners] = (await once(thread, 'message')) as [number];
      assert.equal(listeners, 0);
    } finally {
      // With a listener left it would never end by itself.
      await thread.terminate();
    }
  });
});
