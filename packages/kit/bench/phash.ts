// Perceptual hashes and decode checks a second, by kind of image. Run: node packages/kit/bench/phash.ts
// Prints a table and writes bench/results/phash.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import sharp, { type Sharp } from 'sharp';
import { inspectImage } from '../src/image.ts';
import { phash } from '../src/phash.ts';
import { seeded } from '../src/seeded.ts';

const milliseconds = 1500;

async function main(): Promise<void> {
  const images = [
    ['gray PNG 120x100', await drawing(120, 100, 1).toColourspace('b-w').png().toBuffer()],
    ['RGB PNG 120x100', await drawing(120, 100, 3).png().toBuffer()],
    ['JPEG 300x200', await drawing(300, 200, 3).jpeg().toBuffer()],
    ['JPEG 1024x768', await drawing(1024, 768, 3).jpeg().toBuffer()],
  ] as const;
  const works = [
    ['phash', (bytes: Buffer) => phash(bytes)],
    ['inspectImage', (bytes: Buffer) => inspectImage(bytes)],
    ['sharp resize 32x32 (floor)', (bytes: Buffer) => sharp(bytes).resize(32, 32, { fit: 'fill' }).raw().toBuffer()],
  ] as const;
  const results = [];
  for (const [image, bytes] of images) {
    for (const [work, run] of works) {
      const row: Record<string, string | number> = { work, image };
      for (const threads of [1, 2]) {
        sharp.concurrency(threads);
        for (const parallel of [1, 4])
          row[`${parallel} at once, concurrency ${threads}`] = await perSecond(() => run(bytes), parallel);
      }
      results.push(row);
    }
  }
  console.table(results);
  const folder = new URL('../../../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  writeFileSync(
    new URL('phash.json', folder),
    `${JSON.stringify({ bench: 'phash', unit: 'images per second', machine, results }, undefined, 2)}\n`,
  );
}

async function perSecond(work: () => Promise<unknown>, parallel: number): Promise<number> {
  await work();
  const start = performance.now();
  let done = 0;
  const runner = async (): Promise<void> => {
    for (; performance.now() - start < milliseconds; done++) await work();
  };
  await Promise.all(Array.from({ length: parallel }, runner));
  return Math.round((done / (performance.now() - start)) * 1000);
}

/** A wave with grain: compresses like a micrograph. */
function drawing(width: number, height: number, channels: 1 | 3): Sharp {
  const random = seeded('drawing');
  const data = Buffer.alloc(width * height * channels);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / channels);
    data[at] =
      128 + 60 * Math.sin((pixel % width) / 17 + (at % channels)) * Math.cos(pixel / width / 23) + random.below(30);
  }
  return sharp(data, { raw: { width, height, channels } });
}

await main();
