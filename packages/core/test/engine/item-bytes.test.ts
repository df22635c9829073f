import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ItemTools } from '../../src/engine/work/tools.ts';
import { ItemOutput } from '../../src/engine/work/output.ts';
import { sha256 } from '../../src/lib/digest.ts';
import type { FileRef } from '../../src/model/file-ref.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { workDepsIn } from './work-deps.ts';

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.buffer === other.buffer && one.byteOffset === other.byteOffset;

// Read straight into one array from 256 KiB on, and piece by piece below.
for (const sizeBytes of [100, 256 * 1024, 256 * 1024 + 1, 3_000_000]) {
  describe(`the bytes of a local file of ${sizeBytes}`, () => {
    const content = Buffer.from({ length: sizeBytes, 0: 7, [sizeBytes - 1]: 9 });
    const stop = new AbortController();
    let dir: string;
    let close: () => Promise<void>;
    let tools: ItemTools;
    const ref = (more: Partial<FileRef> = {}): FileRef => ({
      $type: 'file',
      store: './in',
      key: 'f',
      size: sizeBytes,
      ...more,
    });

    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'runner-bytes-'));
      mkdirSync(join(dir, 'in/folder'), { recursive: true });
      writeFileSync(join(dir, 'in/f'), content);
      const { deps, ...rest } = workDepsIn(dir);
      close = rest.close;
      tools = new ItemTools({
        key: 'item',
        uses: undefined,
        opened: undefined,
        output: new ItemOutput(undefined, deps.openStore, 'step'),
        signal: stop.signal,
        deps,
        hooks: { log: () => undefined, progress: () => undefined },
        line: 'line',
        secrets: {},
        doneKeys: undefined,
      });
    });
    after(async () => {
      await close();
      rmSync(dir, { recursive: true });
    });

    it('are all of them, and their digest is remembered', async () => {
      assert.ok(content.equals(await tools.bytes(ref())));
      assert.deepEqual(Object.values(tools.sources ?? {}), [sha256(content)]);
    });

    it('are those of the digest that is known, or named', async () => {
      assert.equal((await tools.bytes(ref({ digest: sha256(content) }))).length, sizeBytes);
      const failure = await failureFrom(() => tools.bytes(ref({ digest: sha256('other') })));
      assert.equal(failure.code, 'store.corrupt');
    });

    it('are what lies there, whatever size it was said to have', async () => {
      for (const size of [0, sizeBytes - 1, sizeBytes + 1, 300_000])
        assert.ok(content.equals(await tools.bytes(ref({ size }))), `said ${size}`);
    });

    it('are not there of a folder, or of nothing', async () => {
      for (const key of ['folder', 'gone']) {
        const failure = await failureFrom(() => tools.bytes(ref({ key })));
        assert.equal(failure.code, 'store.missing', key);
      }
    });

    it('are lent until the item ends', async () => {
      const [one, two] = [await tools.bytes(ref(), { lent: true }), await tools.bytes(ref(), { lent: true })];
      assert.ok(!isSame(one, two), 'both are in use');
      tools.close();
      const [third, own] = [await tools.bytes(ref(), { lent: true }), await tools.bytes(ref())];
      assert.equal(isSame(third, one) || isSame(third, two), sizeBytes > 256 * 1024, 'used again where it is large');
      assert.ok(![one, two, third].some((lent) => isSame(lent, own)), "what is not lent is nobody else's");
      assert.ok(content.equals(third) && content.equals(own));
      tools.close();
    });

    it('are no longer read when the item is told to stop', async () => {
      stop.abort(new Error('enough'));
      await assert.rejects(tools.bytes(ref()), /enough/);
    });
  });
}
