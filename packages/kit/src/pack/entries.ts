import { kitFailures } from '../failures.ts';
import { Gate } from '../extract/gate.ts';

/** One file to pack. */
export interface PackEntry {
  /** Relative, with `/`. Keys must come in rising order (plain `sort()`), which makes archives reproducible. */
  readonly key: string;
  /** Bytes, when known; checked, and it lets large streams be packed without a second look. */
  readonly size?: number;
  /** The bytes, or what opens them when their turn has come. */
  readonly bytes: PackBytes | (() => PackBytes | Promise<PackBytes>);
}

export type PackBytes = Uint8Array | AsyncIterable<Uint8Array>;

export type PackEntries = AsyncIterable<PackEntry> | Iterable<PackEntry>;

/** An entry whose bytes are at hand: whole where they are small, as a stream where they are large. */
export interface ReadyEntry {
  readonly key: string;
  readonly size: number | undefined;
  readonly whole?: Uint8Array;
  readonly stream?: AsyncIterable<Uint8Array>;
}

/** Entries up to here are held whole, so that their checksum stands before their bytes. */
const wholeBytes = 8 * 1024 * 1024;

/**
 * Checks order and names and fetches the bytes, one entry at a time.
 *
 * Names pass the same gate as those of archives we read, so what we pack we could also read. Whether
 * an entry is held whole depends on its length alone, never on how its bytes came in: the archive is the same.
 */
export async function* readyEntries(entries: PackEntries): AsyncGenerator<ReadyEntry> {
  const gate = new Gate('the archive to pack', {
    platform: 'any',
    limits: { maxEntries: Infinity, maxTotalBytes: Infinity },
  });
  let after = '';
  for await (const { key, size, bytes } of entries) {
    if (key <= after && after !== '') throw kitFailures['pack-order']({ key, after });
    after = key;
    gate.checkOwn(key, size ?? 0);
    const source = typeof bytes === 'function' ? await bytes() : bytes;
    yield source instanceof Uint8Array ? ready(key, size, source) : await gather(key, size, source);
  }
}

/** Bytes that are all here. */
function ready(key: string, said: number | undefined, whole: Uint8Array): ReadyEntry {
  checkSize(key, said, whole.length);
  return { key, size: whole.length, whole };
}

/** Reads up to 8 MiB ahead; what ends before is an entry like any other. */
async function gather(key: string, said: number | undefined, source: AsyncIterable<Uint8Array>): Promise<ReadyEntry> {
  const iterator = source[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let length = 0;
  while (length <= wholeBytes) {
    const next = await iterator.next();
    if (next.done === true)
      return ready(key, said, begun.length === 1 && begun[0] !== undefined ? begun[0] : Buffer.concat(begun));
    begun.push(next.value);
    length += next.value.length;
  }
  return { key, size: said, stream: continued(key, said, begun, iterator) };
}

/** What was read ahead, then the rest; the source is let go however it ends. */
async function* continued(
  key: string,
  said: number | undefined,
  begun: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for (const piece of begun) {
      length += piece.length;
      yield piece;
    }
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) break;
      length += next.value.length;
      if (said !== undefined && length > said) break; // too long is known now; the rest is not needed
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
  checkSize(key, said, length);
}

function checkSize(key: string, said: number | undefined, found: number): void {
  if (said !== undefined && said !== found) throw kitFailures['pack-size']({ key, said, found });
}
