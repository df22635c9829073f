import { packZip } from '@dataset-runner/kit/pack';
import { encodeGrayPng } from '@dataset-runner/kit/png-encode';
import { seeded } from '@dataset-runner/kit/seeded';

/** A grey PNG whose pixels are what the function says of them. */
function greyPng(side: number, greyAt: (x: number, y: number) => number): Uint8Array {
  const data = Uint8Array.from({ length: side * side }, (_, at) => greyAt(at % side, Math.floor(at / side)));
  return encodeGrayPng({ data, width: side, height: side });
}

/** A small picture of coarse noise: each seed gives one that looks like no other; a flawed one has other bytes only. */
export function picture(seed: string | number, { flawed = false } = {}): Uint8Array {
  const random = seeded(seed);
  const coarse = Array.from({ length: 36 }, () => random.below(256));
  return greyPng(24, (x, y) => (coarse[(y >> 2) * 6 + (x >> 2)] as number) ^ (flawed && x + y === 0 ? 1 : 0));
}

/** A dark ellipse on a bright field, turned by some degrees. */
function ellipse(radiusX: number, radiusY: number, degrees: number): Uint8Array {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return greyPng(96, (x, y) => {
    const [u, v] = [(x - 48) * cos + (y - 48) * sin, (y - 48) * cos - (x - 48) * sin];
    return (u / radiusX) ** 2 + (v / radiusY) ** 2 < 1 ? 68 : 204;
  });
}

/** The pictures of a set of two shapes that differ at a glance, by path below the set. */
export function discsAndNeedles(trainCount: number, testCount: number): { [path: string]: Uint8Array } {
  const files: { [path: string]: Uint8Array } = {};
  for (const [part, count] of [
    ['train', trainCount],
    ['test', testCount],
  ] as const) {
    for (let index = 0; index < count; index++) {
      const turn = index * 23 + (part === 'test' ? 11 : 0);
      files[`results/${part}/disc/${index}.png`] = ellipse(14 + index, 14 + index, turn);
      files[`results/${part}/needle/${index}.png`] = ellipse(34 + index, 4, turn);
    }
  }
  return files;
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
