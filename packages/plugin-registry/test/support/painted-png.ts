import { crc32, deflateSync } from 'node:zlib';

/** A square RGB PNG whose pixels are what the function says of them. */
export function paintedPng(
  side: number,
  colourAt: (x: number, y: number) => readonly [number, number, number],
): Uint8Array {
  const rowBytes = side * 3 + 1;
  const rows = Buffer.alloc(rowBytes * side);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) rows.set(colourAt(x, y), y * rowBytes + 1 + x * 3);
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
