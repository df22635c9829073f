import { tableFailures } from './table-failures.ts';

/**
 * Turns the bytes of a CSV into text as they come, strictly: UTF-8, or UTF-16 where its byte order mark says so.
 *
 * Throws `table.row-invalid` for other bytes: read all the same, two names could become one.
 */
export async function* csvTexts(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  file: string,
): AsyncGenerator<string> {
  let begun: Uint8Array = new Uint8Array();
  let decode: Decode | undefined;
  for await (const piece of pieces) {
    if (typeof piece === 'string') {
      yield piece;
      continue;
    }
    begun = begun.length === 0 ? piece : Buffer.concat([begun, piece]);
    // A byte order mark has two bytes at least.
    if (decode === undefined && begun.length < 2) continue;
    decode ??= decoderOf(begun, file);
    yield decode(begun, { more: true });
    begun = new Uint8Array();
  }
  yield (decode ?? decoderOf(begun, file))(begun, { more: false });
}

/** The same for a file that is here whole. */
export function csvText(bytes: Uint8Array, file: string): string {
  return decoderOf(bytes, file)(bytes, { more: false });
}

type Decode = (bytes: Uint8Array, of: { readonly more: boolean }) => string;

function decoderOf(head: Uint8Array, file: string): Decode {
  const mark = Buffer.from(head.subarray(0, 2)).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  return (bytes, { more }) => {
    try {
      const text = decoder.decode(bytes, { stream: more });
      line += countLineFeeds(text);
      return text;
    } catch {
      const upToIt = new TextDecoder(encoding).decode(bytes).split('\uFFFD')[0] ?? '';
      throw tableFailures['row-invalid']({
        file,
        line: line + countLineFeeds(upToIt),
        why: `it is not ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'}; save the file as UTF-8`,
      });
    }
  };
}

function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
