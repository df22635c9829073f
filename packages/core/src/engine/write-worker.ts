import { parentPort, workerData } from 'node:worker_threads';
import { createFile } from '../lib/create-file.ts';
import { placeStaged, withParent } from './place-file.ts';

/** Small files to be published, one after the other; the arrays run side by side. */
export interface WriteRequest {
  /** All their bytes, end to end. */
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
  /** Where each is staged: on the file system of its target, and no file lies there. */
  readonly staged: readonly string[];
  readonly targets: readonly string[];
  /** What lies at its target is replaced; else the file is put there only if nothing is. */
  readonly ours: readonly boolean[];
}

/** Answers come in the order of the requests. */
export interface WriteReply {
  /** The mtimeMs of each file; NaN where it was not published. */
  readonly versions: Float64Array;
}

/** Files and bytes that are done with; shared with who sends the requests. */
const done = workerData as Int32Array;

/** Publishes small files as `publishFile` does where nothing is in the way. */
function writeFiles({ bytes, sizes, staged, targets, ours }: WriteRequest): Float64Array {
  const versions = new Float64Array(sizes.length);
  let at = 0;
  for (const [i, size] of sizes.entries()) {
    const path = staged[i] as string;
    try {
      versions[i] = writeOne(bytes.subarray(at, at + size), path, targets[i] as string, ours[i] as boolean);
    } catch {
      // Why is found, and said, by who asked: it clears up and tries once more.
      versions[i] = Number.NaN;
    }
    at += size;
    Atomics.add(done, 0, 1);
    Atomics.add(done, 1, size);
  }
  return versions;
}

function writeOne(bytes: Uint8Array, staged: string, target: string, ours: boolean): number {
  // A file without bytes is whole as soon as it is there.
  if (bytes.length === 0 && !ours) return withParent(target, () => createFile(target, bytes));
  const version = createFile(staged, bytes);
  placeStaged(staged, target, ours);
  return version;
}

parentPort?.on('message', (request: WriteRequest) => {
  const versions = writeFiles(request);
  parentPort?.postMessage({ versions } satisfies WriteReply, [versions.buffer as ArrayBuffer]);
});
