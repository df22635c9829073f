/**
 * The little of the protobuf wire format that ONNX files need: writing messages, and walking the fields of one.
 *
 * Source: protobuf.dev, "Encoding". A field is a tag (number << 3 | wire type) and its value; unknown ones are skipped.
 */

/** Collects the fields of one message, in the order they are added. */
export class MessageWriter {
  readonly #pieces: Uint8Array[] = [];

  /** A whole number as a varint; negative ones take ten bytes, as int64 does. */
  int(field: number, value: number): this {
    return this.#push(varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value))));
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint((BigInt(field) << 3n) | 5n), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, inner: MessageWriter): this {
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }

  #push(...pieces: readonly Uint8Array[]): this {
    this.#pieces.push(...pieces);
    return this;
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** One field met on a walk: its number, and where its value lies. */
export interface FieldAt {
  readonly field: number;
  /** 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
  readonly wire: number;
  /** First byte of the value, behind any length. */
  readonly start: number;
  readonly end: number;
}

/** Reads a tag and finds the end of its value; `at` is where the tag begins, in `head`. Undefined: no protobuf. */
export function fieldAt(head: Uint8Array, at: number, base = 0): FieldAt | undefined {
  const tag = readVarint(head, at);
  if (tag === undefined) return undefined;
  const [field, wire] = [Math.floor(tag.value / 8), tag.value % 8];
  const start = base + tag.end;
  if (field === 0) return undefined;
  if (wire === 1) return { field, wire, start, end: start + 8 };
  if (wire === 5) return { field, wire, start, end: start + 4 };
  if (wire !== 0 && wire !== 2) return undefined;
  const next = readVarint(head, tag.end);
  if (next === undefined) return undefined;
  if (wire === 0) return { field, wire, start, end: base + next.end };
  return { field, wire, start: base + next.end, end: base + next.end + next.value };
}

/** All fields of a message that is in memory; stops quietly where the bytes make no sense. */
export function* fieldsOf(bytes: Uint8Array): Generator<FieldAt> {
  let at = 0;
  while (at < bytes.length) {
    const found = fieldAt(bytes, at);
    if (found === undefined || found.end > bytes.length) return;
    yield found;
    at = found.end;
  }
}

// Values beyond 2^53 lose digits: lengths and tags never are.
function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}
