import assert from 'node:assert/strict';
import sharp, { type Sharp } from 'sharp';
import { hammingDistance, phash } from '../../packages/kit/src/phash.ts';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { skip } from '../support/skip.ts';
import { pythonWith, runPython } from './python-venv.ts';

const script = `
import base64, io, json, sys
import imagehash
from PIL import Image
images = json.load(sys.stdin)
print(json.dumps([str(imagehash.phash(Image.open(io.BytesIO(base64.b64decode(image))))) for image in images]))
`;

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  /** Bits that may differ: 0 where both decode the same pixels. */
  readonly bits: number;
}

describe('phash beside Python imagehash', () => {
  let cases: readonly Case[] = [];
  let theirs: readonly string[] = [];

  before(async function () {
    this.timeout(300_000);
    const venv = pythonWith('imagehash', ['ImageHash']);
    if (typeof venv === 'string') skip(this, venv);
    cases = await makeCases();
    theirs = runPython(
      venv.python,
      script,
      cases.map(({ bytes }) => bytes.toString('base64')),
    ) as readonly string[];
  });

  it('agrees bit by bit on gray and RGB PNGs of many sizes, and within 2 bits on other formats', async () => {
    const off: { readonly name: string; readonly bits: number; readonly allowed: number }[] = [];
    for (const [index, { name, bytes, bits }] of cases.entries()) {
      off.push({ name, bits: hammingDistance(await phash(bytes), theirs[index]!), allowed: bits });
    }
    assert.deepEqual(
      off.filter((one) => one.bits > one.allowed),
      [],
    );
    console.log(
      `${off.filter((one) => one.bits === 0).length} of ${off.length} hashes equal; others differ by at most ${Math.max(...off.map(({ bits }) => bits))} bits`,
    );
  });
});

async function makeCases(): Promise<readonly Case[]> {
  const made: Case[] = [];
  const sizes = [
    [32, 32],
    [20, 30],
    [64, 48],
    [31, 97],
    [120, 100],
    [333, 77],
    [640, 480],
    [1030, 1100],
  ] as const;
  for (const [width, height] of sizes) {
    for (const channels of [1, 3, 4] as const) {
      const image = drawing(width, height, channels);
      const png = channels === 1 ? image.toColourspace('b-w').png() : image.png();
      made.push({ name: `png ${width}x${height}x${channels}`, bytes: await png.toBuffer(), bits: 0 });
    }
    made.push({
      name: `jpeg ${width}x${height}`,
      bytes: await drawing(width, height, 3).jpeg({ quality: 90 }).toBuffer(),
      bits: 2,
    });
    made.push({
      name: `gray jpeg ${width}x${height}`,
      bytes: await drawing(width, height, 1).toColourspace('b-w').jpeg().toBuffer(),
      bits: 2,
    });
    made.push({
      name: `tiff ${width}x${height}`,
      bytes: await drawing(width, height, 3).tiff({ compression: 'lzw' }).toBuffer(),
      bits: 0,
    });
    made.push({
      name: `webp ${width}x${height}`,
      bytes: await drawing(width, height, 3).webp({ lossless: true }).toBuffer(),
      bits: 0,
    });
  }
  return made;
}

/** Blobs on a gradient with grain: enough of every frequency that no coefficient sits on the median. */
function drawing(width: number, height: number, channels: 1 | 3 | 4): Sharp {
  const random = seeded(`${width} ${height} ${channels}`);
  const blobs = Array.from({ length: 12 }, () => ({
    x: random.unit(),
    y: random.unit(),
    size: 0.05 + random.unit() * 0.2,
    light: random.unit() * 160 - 80,
  }));
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let value = 90 + (60 * x) / width + (channel * 20 * y) / height;
        for (const blob of blobs) {
          const square = ((x / width - blob.x) ** 2 + (y / height - blob.y) ** 2) / blob.size ** 2;
          value += blob.light * Math.exp(-square);
        }
        value += random.below(24);
        data[(y * width + x) * channels + channel] = channel === 3 ? 255 : Math.max(0, Math.min(255, value));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}
