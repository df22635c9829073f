// The least that extracting can be, one half at a time: encoding the images, or writing the files. On every processor.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { encodeGrayPng } from '@dataset-runner/kit/png-encode';
import { madeImages } from '../fixtures/ifcb-bins.ts';
import { floorDone, floorInput } from '../support/floor.ts';

interface Share {
  readonly half: 'encode' | 'write';
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
      if (half === 'encode') for (const image of images) encodeGrayPng(image);
      else writeFolder(join(dir, String(bin)), pngs);
    }
    parentPort?.postMessage('done');
  });
  parentPort?.postMessage('ready');
}

function writeFolder(folder: string, pngs: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, png] of pngs.entries()) writeFileSync(join(folder, `${index}.png`), png);
}
