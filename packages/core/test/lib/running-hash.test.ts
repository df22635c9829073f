import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { hashOf, runningHash } from '../../src/lib/running-hash.ts';

const mebibyte = 1024 * 1024;

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

async function hashed(bytes: Uint8Array, pieceBytes: number, algorithm = 'md5'): Promise<string> {
  using running = runningHash(algorithm, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // As a source does that uses its piece again.
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    await running.update(piece);
    piece.fill(0);
  }
  return (await running.digest()).toString('hex');
}

describe('A running hash', () => {
  const bytes = randomBytes(9 * mebibyte + 17);

  it('is the MD5 of large bytes, however they come', async () => {
    for (const pieceBytes of [64 * 1024, mebibyte - 1, mebibyte, mebibyte + 1, 5 * mebibyte, bytes.length])
      assert.equal(await hashed(bytes, pieceBytes), md5(bytes), `${pieceBytes}`);
  });

  it('is the MD5 of bytes that end with a half', async () => {
    for (const sizeBytes of [4 * mebibyte, 5 * mebibyte, 8 * mebibyte])
      assert.equal(await hashed(bytes.subarray(0, sizeBytes), 100_000), md5(bytes.subarray(0, sizeBytes)));
  });

  it('is hashed where it is when it is short, or quick', async () => {
    const short = bytes.subarray(0, 1000);
    assert.equal(await hashed(short, 100), md5(short));
    const sha = createHash('sha256').update(bytes).digest('hex');
    assert.equal(await hashed(bytes, mebibyte, 'sha256'), sha);
  });

  it('keeps many of them apart', async () => {
    const files = Array.from({ length: 12 }, (_, n) => randomBytes(4 * mebibyte + n));
    assert.deepEqual(await Promise.all(files.map((file) => hashed(file, 300_000))), files.map(md5));
  });

  it('leaves nothing of one that was given up to the next', async () => {
    for (const sentBytes of [10, mebibyte - 1, 3 * mebibyte]) {
      {
        using left = runningHash('md5', bytes.length);
        await left.update(bytes.subarray(0, sentBytes));
      }
      assert.equal(await hashed(bytes, mebibyte), md5(bytes));
    }
  });

  it("writes into nobody's memory once it was given up", async () => {
    for (let round = 0; round < 5; round++) {
      const left = runningHash('md5', bytes.length);
      const passing = left.update(bytes);
      left[Symbol.dispose]();
      const next = hashed(bytes, 300_000);
      await passing;
      assert.equal(left.update(bytes), undefined);
      assert.equal(await next, md5(bytes));
      assert.equal(await hashed(bytes, 700_000), md5(bytes));
    }
  });

  it('lets this thread go on meanwhile', async () => {
    assert.ok(isMainThread);
    const running = runningHash('md5', bytes.length);
    const passing = running.update(bytes);
    assert.ok(passing instanceof Promise);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await passing;
    await running.digest();
    clearInterval(counting);
    assert.ok(turns > 0);
  });

  it('is to be had at once for bytes that are all there', async () => {
    for (const some of [bytes, bytes.subarray(0, 5)])
      assert.equal((await hashOf('md5', some)).toString('hex'), md5(some));
  });
});
