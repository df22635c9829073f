import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ItemOutput } from '../../src/engine/work/output.ts';
import { openStaging } from '../../src/engine/work/staging.ts';
import type { Store } from '../../src/model/store.ts';
import { createStoreOpener } from '../../src/storage/open-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';

describe('the outputs of an item for a remote place', () => {
  it('wait in memory while they are small and few, and on disk when an item has many', async () => {
    const spool = mkdtempSync(join(tmpdir(), 'runner-spool-'));
    try {
      // Staging asks a store for nothing but a local path, and a remote one has none.
      const remote = { localPath: () => undefined } as Partial<Store> as Store;
      const output = new ItemOutput(
        openStaging('cloud:', remote, { name: 'one', spoolDir: spool }),
        () => Promise.reject(),
        'step',
      );
      const sizeBytes = 4 * 1024 * 1024;
      const kinds = async (): Promise<string> => {
        for (let i = 0; i < 18; i++) await output.write(`f${i}`, new Uint8Array(sizeBytes));
        return output
          .take()
          .map(({ kind }) => kind)
          .join(' ');
      };
      const held = Array(16).fill('bytes').join(' ');
      assert.equal(await kinds(), `${held} file file`);
      assert.equal(await kinds(), `${held} file file`, 'what was taken no longer counts');
    } finally {
      rmSync(spool, { recursive: true });
    }
  });
});

describe('a copy of a local file', () => {
  it('is refused when the file became another one of its size meanwhile', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'runner-copy-'));
    const opener = createStoreOpener({ projectDir: dir, workDir: join(dir, 'work'), allowHosts: [] });
    const source = join(dir, 'in/f');
    mkdirSync(join(dir, 'in'));
    writeFileSync(source, Buffer.alloc(32 * 1024 * 1024));
    // In a thread of its own: the copy blocks this one.
    const writer = new Worker(
      `const { workerData } = require('node:worker_threads');
       for (let n = 1; ; n++) require('node:fs').utimesSync(workerData, n, n);`,
      { eval: true, workerData: source },
    );
    try {
      while (statSync(source).mtimeMs > 1e9) await delay(5);
      const [from, to] = [await opener.open('./in'), await opener.open('./out')];
      const staging = openStaging('./out', to, { name: 'one', spoolDir: join(dir, 'spool') });
      const output = new ItemOutput(staging, () => Promise.resolve(from), 'step', undefined, { recorded: false });
      const ref = { $type: 'file', store: './in', key: 'f', size: statSync(source).size } as const;
      let failure = await failureFrom(() => output.copy('f', ref));
      // On a busy machine the other thread may have slept through the copy.
      for (let n = 0; failure === undefined && n < 100; n++) {
        output.discard();
        failure = await failureFrom(() => output.copy('f', ref));
      }
      assert.equal(failure.code, 'store.corrupt');
      assert.match(JSON.stringify(failure), /changed while it was read/);
      assert.deepEqual(readdirSync(join(dir, 'out/.runner-staging/one')), []);
    } finally {
      await writer.terminate();
      await opener.close();
      rmSync(dir, { recursive: true });
    }
  });
});
