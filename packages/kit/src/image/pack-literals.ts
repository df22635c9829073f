import { countBytes } from './count-bytes.ts';
import { codeLengths, codesOf, type PrefixCode } from './huffman.ts';

/** Bytes that share a code: so many are few enough for one code to fit, and enough for its table to be paid for. */
const blockSize = 1 << 15;
/** Two codes and what is left of a byte before them fit 31 bits. */
const longestCode = 12;
/** Of the codes that the table of code lengths is written with; the format has three bits for each. */
const longestTableCode = 7;
const endOfBlock = 256;
/** Nothing refers back, but some decoders want distances all the same. */
const distances = [1, 1];
/** RFC 1951, section 3.2.7: the order in which the lengths of the table's own code are written. */
const tableOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Bits behind the symbols 16, 17 and 18, which stand for repetitions. */
const extraBits = [2, 3, 7];

// All of these are of one call, and kept for the next: made anew they would take a fifth of the time.
const uses = new Uint32Array(endOfBlock + 1);
const lengths = new Uint8Array(uses.length);
const codes: PrefixCode = new Int32Array(uses.length);
const tableUses = new Uint32Array(tableOrder.length);
const tableLengths = new Uint8Array(tableUses.length);
const tableCodes: PrefixCode = new Int32Array(tableUses.length);
const flatLengths = new Uint8Array(lengths.length + distances.length);
/** Symbols of the table, and 32 times what their extra bits say. */
const table = new Uint16Array(flatLengths.length);
// Nobody keeps it: what is returned is a view for the caller to copy. Grows to the largest.
let room = new Uint8Array(1 << 16);
let view = new DataView(room.buffer);
let at = 0;
/** Bits that fill no byte yet, and how many they are: below 8 between two calls of `put`. */
let bits = 0;
let bitCount = 0;

/**
 * Packs bytes into a zlib stream by Huffman codes alone, without a search for repetitions.
 *
 * Half of zlib's own time for some thousand bytes, and the same size. The result is valid until the next call.
 * Method: RFC 1950 and RFC 1951, blocks of type 2 without distances.
 */
export function packLiterals(bytes: Uint8Array): Uint8Array {
  const most = 256 + bytes.length + (bytes.length >> 1) + 512 * Math.ceil(bytes.length / blockSize);
  if (room.length < most) {
    room = new Uint8Array(most);
    view = new DataView(room.buffer);
  }
  // A window of 32 KiB; the fastest level.
  room[0] = 0x78;
  room[1] = 0x01;
  [at, bits, bitCount] = [2, 0, 0];
  let sum = 1;
  for (let from = 0; from < bytes.length; from += blockSize) {
    const to = Math.min(bytes.length, from + blockSize);
    sum = countBytes(bytes.subarray(from, to), uses, sum);
    uses[endOfBlock] = 1;
    codeLengths(uses, longestCode, lengths);
    codesOf(lengths, codes);
    put(to === bytes.length ? 0b101 : 0b100, 3);
    putTable();
    putBytes(bytes, from, to);
  }
  if (bitCount > 0) room[at++] = bits;
  view.setUint32(at, sum);
  return room.subarray(0, at + 4);
}

/** Writes the lengths of a block's codes, themselves in a code. */
function putTable(): void {
  flatLengths.set(lengths);
  flatLengths.set(distances, lengths.length);
  const size = gatherRepeats(lengths.length + distances.length);
  codeLengths(tableUses, longestTableCode, tableLengths);
  codesOf(tableLengths, tableCodes);
  let last = tableOrder.length - 1;
  while (last > 3 && tableLengths[tableOrder[last]!] === 0) last--;
  put(lengths.length - 257, 5);
  put(distances.length - 1, 5);
  put(last + 1 - 4, 4);
  for (let index = 0; index <= last; index++) put(tableLengths[tableOrder[index]!]!, 3);
  for (let index = 0; index < size; index++) {
    const symbol = table[index]! & 31;
    putCode(tableCodes[symbol]!);
    if (symbol >= 16) put(table[index]! >>> 5, extraBits[symbol - 16]!);
  }
}

/** Fills the table with code lengths, what repeats put together: 3 to 138 zeros, 3 to 6 of anything else; gives its size. */
function gatherRepeats(count: number): number {
  tableUses.fill(0);
  let size = 0;
  const add = (symbol: number, extra: number): void => {
    tableUses[symbol]!++;
    table[size++] = (extra << 5) | symbol;
  };
  for (let from = 0; from < count; ) {
    const length = flatLengths[from]!;
    let end = from + 1;
    while (end < count && flatLengths[end] === length) end++;
    // Any but zero stands for itself once before it is repeated.
    if (length !== 0) add(flatLengths[from++]!, 0);
    while (end - from >= 3) {
      const many = Math.min(end - from, length === 0 ? 138 : 6);
      if (length !== 0) add(16, many - 3);
      else if (many > 10) add(18, many - 11);
      else add(17, many - 3);
      from += many;
    }
    for (; from < end; from++) add(length, 0);
  }
  return size;
}

/** Writes a block's bytes and its end; two at a time, without asking how many bits there are. */
function putBytes(bytes: Uint8Array, from: number, to: number): void {
  // In variables of its own: the module's are read anew at every turn.
  let [end, held, heldCount] = [at, bits, bitCount];
  const out = view;
  const even = from + ((to - from) & ~1);
  for (let index = from; index < even; index += 2) {
    const one = codes[bytes[index]!]!;
    const two = codes[bytes[index + 1]!]!;
    const oneWidth = one & 15;
    held |= ((one >>> 4) | ((two >>> 4) << oneWidth)) << heldCount;
    heldCount += oneWidth + (two & 15);
    out.setUint32(end, held, true);
    end += heldCount >>> 3;
    held >>>= heldCount & 24;
    heldCount &= 7;
  }
  [at, bits, bitCount] = [end, held, heldCount];
  if (even < to) putCode(codes[bytes[even]!]!);
  putCode(codes[endOfBlock]!);
}

function putCode(code: number): void {
  put(code >>> 4, code & 15);
}

/** Writes up to 16 bits, the lowest first. */
function put(value: number, width: number): void {
  bits |= value << bitCount;
  bitCount += width;
  for (; bitCount >= 8; bitCount -= 8, bits >>>= 8) room[at++] = bits;
}
