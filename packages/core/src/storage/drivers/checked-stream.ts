import { hash } from 'node:crypto';
import { runningHash } from '../../lib/running-hash.ts';
import { wholeOf } from '../../lib/whole-stream.ts';
import { StoreTrouble, type ReadStream } from '../../model/driver.ts';
import { crc32c, crc32cText } from './crc32c.ts';

/** Checksums the service tells of a whole file, in base64. */
export interface Checksums {
  readonly md5?: string | undefined;
  readonly crc32c?: string | undefined;
}

/**
 * A stream of a whole file that fails at its end when the bytes are not those the service took in.
 *
 * MD5 is preferred where both are known: it is native code. Without either the stream comes back as it is.
 */
export function checkedStream(stream: ReadStream, sums: Checksums, what: string): ReadStream {
  if (sums.md5 === undefined && sums.crc32c === undefined) return stream;
  const md5 = sums.md5 === undefined ? undefined : Buffer.from(sums.md5, 'base64').toString('hex');
  const proven = md5 === undefined ? {} : { provenDigest: `md5:${md5}` as const };
  const whole = wholeOf(stream);
  if (whole !== undefined) {
    refuseOther(sums.md5 === undefined ? crc32cText(crc32c(whole, 0)) : hash('md5', whole, 'base64'), sums, what);
    return Object.assign(stream, proven);
  }
  const { announcedBytes } = stream;
  return Object.assign(checked(stream, sums, what), { announcedBytes, ...proven });
}

async function* checked(
  stream: ReadStream,
  sums: Checksums,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  using md5 = sums.md5 === undefined ? undefined : runningHash('md5', stream.announcedBytes);
  let crc = 0;
  for await (const piece of stream) {
    if (md5 === undefined) crc = crc32c(piece, crc);
    else await md5.update(piece);
    yield piece;
  }
  const found = md5 === undefined ? crc32cText(crc) : (await md5.digest()).toString('base64');
  refuseOther(found, sums, what);
}

function refuseOther(found: string, sums: Checksums, what: string): void {
  const expected = sums.md5 ?? sums.crc32c ?? '';
  if (found === expected) return;
  const kind = sums.md5 === undefined ? 'CRC32C' : 'MD5';
  throw new StoreTrouble('corrupt', `${what} came with other bytes`, {
    expected: `${kind} ${expected}`,
    found,
    transient: true,
  });
}
