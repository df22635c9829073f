import assert from 'node:assert/strict';
import type { Store } from '../../packages/core/src/model/store.ts';

const megabyte = 1024 * 1024;

/** Writes and reads back 300 MB through a store; fails when this process grows by more than 120 MB over it. */
export async function flatStream(store: Store): Promise<void> {
  global.gc?.();
  const beforeBytes = process.memoryUsage.rss();
  let mostBytes = beforeBytes;
  const look = () => void (mostBytes = Math.max(mostBytes, process.memoryUsage.rss()));
  const piece = Buffer.alloc(megabyte, 'plankton ');
  const pieces = async function* () {
    for (let n = 0; n < 300; n++) {
      look();
      yield piece;
    }
  };
  const startedMs = performance.now();
  const written = await store.write('large.bin', pieces(), { size: 300 * megabyte });
  const writtenMs = performance.now();
  const timer = setInterval(look, 50);
  const digest = await store.digest('large.bin');
  clearInterval(timer);
  look();
  assert.equal(digest, written.digest);
  const upMs = Math.round(writtenMs - startedMs);
  const downMs = Math.round(performance.now() - writtenMs);
  const growthMb = Math.round((mostBytes - beforeBytes) / megabyte);
  process.stdout.write(`      300 MB: up ${upMs} ms, down ${downMs} ms, RSS +${growthMb} MB\n`);
  assert.ok(growthMb < 120, `memory grew by ${growthMb} MB`);
}
