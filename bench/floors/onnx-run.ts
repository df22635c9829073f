// The least that classifying can take: a session in each of two threads that runs on batches made before, nothing else.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openOnnx } from '../../packages/kit/src/onnx.ts';
import { floorInput } from '../support/floor.ts';

interface Input {
  readonly model: string;
  readonly images: number;
  readonly batch: number;
  readonly side: number;
}

const threads = 2;

if (isMainThread) await lead(floorInput<Input>());
else await follow(workerData as Input);

async function lead(input: Input): Promise<void> {
  const share = { ...input, images: input.images / threads };
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: share }));
  // Loaded and warm before the clock starts: the runner's own start is measured elsewhere.
  await Promise.all(workers.map((worker) => message(worker)));
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  for (const worker of workers) worker.postMessage('go');
  await Promise.all(workers.map((worker) => message(worker)));
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(JSON.stringify({ ms: performance.now() - startedMs, cpuS: (user + system) / 1e6 }));
}

async function follow({ model: path, images, batch, side }: Input): Promise<void> {
  const port = parentPort!;
  const dims = [batch, side, side, 1];
  const data = new Float32Array(batch * side * side).fill(100);
  await using model = await openOnnx(path);
  const input = model.inputs[0]!.name;
  await model.run({ [input]: { dims, data } });
  const told = new Promise((resolve) => port.once('message', resolve));
  port.postMessage('ready');
  await told;
  for (let done = 0; done < images; done += batch) await model.run({ [input]: { dims, data } });
  port.postMessage('done');
}

function message(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}
