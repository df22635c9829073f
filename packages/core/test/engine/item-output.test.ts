import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ItemOutput, openStaging } from '../../src/engine/work/output.ts';
import type { Store } from '../../src/model/store.ts';

describe('the outputs of an item for a remote place', () => {
  it('wait in memory while they are small and few, and on disk when an item has many', async () => {
    const spool = mkdtempSync(join(tmpdir(), 'runner-spool-'));
    try {
      // Staging asks a store for nothing but a local path, and a remote one has none.
      const remote = { localPath: () => undefined } as Partial<Store> as Store;
      const output = new ItemOutput(openStaging('cloud:', remote, 'one', spool), () => Promise.reject(), 'step');
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
