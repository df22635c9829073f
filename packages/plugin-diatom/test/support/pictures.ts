import { packZip } from '@dataset-runner/kit/pack';
import { seeded } from '@dataset-runner/kit/seeded';
import { deflateSync, crc32 } from 'node:zlib';

/** A small grey PNG of blurred noise: each seed gives a picture that looks like no other. */
export function picture(seed: string | number): Uint8Array {
  const random = seeded(seed);
  const coarse = Array.from({ length: 49 }, () => random.below(256));
  const side = 24;
  const rows = Buffer.alloc((side + 1) * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) rows[y * (side + 1) + 1 + x] = coarse[(y >> 2) * 7 + (x >> 2)] as number;
  }
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0]);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** A zip of files by path. */
export async function zip(files: { readonly [path: string]: Uint8Array | string }): Promise<Buffer> {
  const entries = Object.keys(files)
    .sort()
    .map((key) => ({ key, bytes: Buffer.from(files[key] as Uint8Array) }));
  const pieces: Uint8Array[] = [];
  for await (const piece of packZip(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** `count` pictures in a folder, named 000.png and so on; each folder's pictures are its own. */
export function pictures(folder: string, count: number): { [path: string]: Uint8Array } {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${folder}/${String(index).padStart(3, '0')}.png`,
      picture(`${folder}-${index}`),
    ]),
  );
}
