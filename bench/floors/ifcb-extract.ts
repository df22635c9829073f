// The least that extracting can be, one half at a time: encoding the images (by our own encoder, or by zlib as other
// programs do), or writing the files. On every processor.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { constants, crc32, deflateSync } from 'node:zlib';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { encodeGrayPng } from '@dataset-runner/kit/png-encode';
import { type MadeImage, madeImages } from '../fixtures/ifcb-bins.ts';
import { floorDone, floorInput } from '../support/floor.ts';

interface Share {
  readonly half: 'encode' | 'zlib' | 'write';
  readonly bins: number;
  readonly dir: string;
}

if (isMainThread) {
  const { half, bins, dir } = floorInput<Share>();
  const threads = availableParallelism();
  const workers = Array.from({ length: threads }, (_, thread) => {
    const own = Math.floor((bins * (thread + 1)) / threads) - Math.floor((bins * thread) / threads);
    return new Worker(new URL(import.meta.url), { workerData: { half, bins: own, dir: join(dir, String(thread)) } });
  });
  const said = (): Promise<unknown> =>
    Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  // Ready first: making the images is no part of it.
  await said();
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  for (const worker of workers) worker.postMessage('go');
  await said();
  floorDone(startedMs, startedCpu);
  for (const worker of workers) await worker.terminate();
} else {
  const { half, bins, dir } = workerData as Share;
  const images = madeImages();
  const pngs = images.map((image) => encodeGrayPng(image));
  parentPort?.once('message', () => {
    for (let bin = 0; bin < bins; bin++) {
      if (half === 'write') writeFolder(join(dir, String(bin)), pngs);
      else for (const image of images) (half === 'zlib' ? zlibPng : encodeGrayPng)(image);
    }
    parentPort?.postMessage('done');
  });
  parentPort?.postMessage('ready');
}

function writeFolder(folder: string, pngs: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, png] of pngs.entries()) writeFileSync(join(folder, `${index}.png`), png);
}

/** A PNG at zlib's fastest for grainy images: filter Sub, and Huffman codes without a search for matches. */
function zlibPng({ data, width, height }: MadeImage): Uint8Array {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    rows[to++] = 1;
    for (let x = 0, before = 0; x < width; x++) {
      const value = data[from++]!;
      rows[to++] = value - before;
      before = value;
    }
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const room = 64 + (rows.length >> 1);
  const packed = deflateSync(rows, { level: 1, strategy: constants.Z_HUFFMAN_ONLY, chunkSize: room });
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}
