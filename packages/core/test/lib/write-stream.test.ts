import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeStream } from '../../src/lib/write-stream.ts';
import { temporaryFolder } from '../storage/support.ts';

describe('writing a stream to a file', () => {
  const bytes = randomBytes(3_000_000);

  /** Gives every piece in one buffer, used again for the next. */
  async function* pieces(pieceBytes: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(pieceBytes);
    for (let at = 0; at < sizeBytes; at += pieceBytes)
      yield buffer.subarray(0, bytes.copy(buffer, 0, at, Math.min(at + pieceBytes, sizeBytes)));
  }

  it('keeps every byte in its place, whatever the pieces are and whoever uses them again', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'file');
    for (const sizeBytes of [0, 1, 524_288, 524_289, 1_048_576, 1_048_577, 3_000_000]) {
      for (const pieceBytes of [1000, 65_536, 524_288, 700_001, 3_000_000]) {
        const file = openSync(path, 'w');
        let seen = 0;
        const written = await writeStream(file, pieces(pieceBytes, sizeBytes), ({ length }) => void (seen += length));
        closeSync(file);
        assert.deepEqual([written, seen], [sizeBytes, sizeBytes]);
        assert.ok(readFileSync(path).equals(bytes.subarray(0, sizeBytes)), `${sizeBytes} bytes by ${pieceBytes}`);
      }
    }
  });

  it('ends with the error of its source, and of the file', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'file');
    const failing = async function* () {
      yield* pieces(65_536, 2_000_000);
      throw new Error('the source failed');
    };
    const file = openSync(path, 'w');
    await assert.rejects(writeStream(file, failing()), /the source failed/);
    closeSync(file);
    // Opened to be read: the disk takes nothing, which shows at the first byte.
    const unwritable = openSync(path, 'r');
    await assert.rejects(writeStream(unwritable, pieces(65_536, 2_000_000)), { code: 'EBADF' });
    closeSync(unwritable);
  });
});
