import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineStep, type FileRef } from '../../src/plugin.ts';
import { type ItemOutcome, runItem } from '../../src/engine/work/run-item.ts';
import { workDepsIn } from './work-deps.ts';

describe('memory that an item was lent', () => {
  const content = Buffer.alloc(1_000_000, 'lent');
  const seen: ArrayBufferLike[] = [];
  let dir: string;
  let close: () => Promise<void>;
  let run: (key: string) => Promise<ItemOutcome>;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'runner-lent-'));
    mkdirSync(join(dir, 'in'));
    writeFileSync(join(dir, 'in/f'), content);
    const { deps, ...rest } = workDepsIn(dir);
    close = rest.close;
    const step = defineStep({
      name: 'look',
      async work(ref: FileRef, { key, bytes }) {
        const lent = await bytes(ref, { lent: true });
        seen.push(lent.buffer);
        // Time for another to be lent the same.
        await new Promise((resolve) => setImmediate(resolve));
        assert.ok(content.equals(lent));
        lent.fill(0);
        if (key === 'fails') throw new Error('as it should');
        return lent.length;
      },
    });
    const ready = {
      step,
      line: 'line',
      uses: undefined,
      opened: undefined,
      staging: undefined,
      secrets: {},
      deps,
    };
    const item: FileRef = { $type: 'file', store: './in', key: 'f', size: content.length };
    const hooks = { log: () => undefined, progress: () => undefined };
    run = (key) =>
      runItem(ready, { key, item }, new AbortController().signal, hooks, { ahead: 1, row: () => undefined });
  });
  after(async () => {
    await close();
    rmSync(dir, { recursive: true });
  });

  it("is the next one's, whether it succeeded or failed", async () => {
    const outcomes = [await run('one'), await run('fails'), await run('three')];
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, false, true],
    );
    assert.equal(new Set(seen.splice(0)).size, 1);
  });

  it("is nobody else's while it is at work", async () => {
    const outcomes = await Promise.all(['one', 'two', 'three'].map(run));
    assert.ok(outcomes.every(({ ok }) => ok));
    assert.equal(new Set(seen.splice(0)).size, 3);
  });
});
