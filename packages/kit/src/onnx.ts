import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceSession, Tensor as TypedTensor } from 'onnxruntime-node';
import { onnxFailures } from './onnx-failures.ts';
import { fieldAt, fieldsOf } from './onnx/protobuf.ts';

/** What a model takes or gives: a dimension that may vary has a name, or is ''. */
export interface OnnxValueInfo {
  readonly name: string;
  /** `float32`, `uint8`, `int64`, ... */
  readonly type: string;
  readonly dims: readonly (number | string)[];
}

/** Numbers in and out of a model, row-major. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface OpenOnnxOptions {
  /**
   * Threads within one operator. Default 1: the runner starts one worker per core, and each has a session of its own.
   */
  readonly threads?: number;
  /** Run once on zeros of these shapes, by input name, so that the first real batch pays nothing for set-up. */
  readonly warmUp?: { readonly [input: string]: readonly number[] };
  /** What failures call the model. Default: the name of the file. */
  readonly label?: string;
}

/**
 * A loaded model, on the processor. Make one per worker in a step's `open`; it is disposed with the map.
 *
 * `run` computes in the thread that calls it: nothing else happens in that thread meanwhile, so what should overlap has
 * to be in another worker.
 */
export interface OnnxModel extends AsyncDisposable {
  /** What failures call it. */
  readonly label: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** The notes its maker left in the file, such as class names. */
  readonly metadata: { readonly [key: string]: string };
  /** Runs the model on named float32 tensors; gives its float32 outputs by name. Throws `onnx.run-failed`. */
  run(feeds: { readonly [input: string]: OnnxTensor }): Promise<{ readonly [output: string]: OnnxTensor }>;
}

type Runtime = typeof import('onnxruntime-node');

/**
 * Loads a model file from a local path.
 *
 * Throws `onnx.runtime-missing` where onnxruntime-node (an optional peer of this package) is not installed, and
 * `onnx.model-invalid` for a file that is no model.
 */
export async function openOnnx(path: string, options: OpenOnnxOptions = {}): Promise<OnnxModel> {
  const runtime = await loadRuntime();
  const label = options.label ?? basename(path);
  const settings: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    // Only errors: warnings about unused constants would end up among the lines of the run.
    logSeverityLevel: 3,
  };
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(path, settings);
  } catch (error) {
    throw onnxFailures['model-invalid']({ model: label, why: firstLine(error) });
  }
  const model: OnnxModel = {
    label,
    inputs: session.inputMetadata.map(infoOf),
    outputs: session.outputMetadata.map(infoOf),
    metadata: await readOnnxMetadata(path),
    run: (feeds) => runSession(runtime, session, label, feeds),
    [Symbol.asyncDispose]: () => session.release(),
  };
  if (options.warmUp !== undefined) await model.run(zerosOf(options.warmUp));
  return model;
}

async function runSession(
  { Tensor }: Runtime,
  session: InferenceSession,
  label: string,
  feeds: { readonly [input: string]: OnnxTensor },
): Promise<{ readonly [output: string]: OnnxTensor }> {
  try {
    const tensors = Object.entries(feeds).map(([name, { dims, data }]) => [name, new Tensor('float32', data, dims)]);
    const found = await session.run(Object.fromEntries(tensors) as { [name: string]: TypedTensor });
    return Object.fromEntries(
      Object.entries(found).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]),
    );
  } catch (error) {
    throw onnxFailures['run-failed']({ model: label, why: firstLine(error) });
  }
}

/**
 * Reads the notes (`metadata_props`) of a model file without loading its weights; empty where there are none.
 *
 * Two small reads per part of the file, so a model of gigabytes takes no memory.
 */
export async function readOnnxMetadata(path: string): Promise<{ readonly [key: string]: string }> {
  await using file = await open(path);
  const { size } = await file.stat();
  const found: { [key: string]: string } = {};
  const head = new Uint8Array(32);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    const field = fieldAt(head.subarray(0, bytesRead), 0, at);
    if (field === undefined || field.end > size) break;
    if (field.field === 14 && field.wire === 2) {
      const entry = new Uint8Array(field.end - field.start);
      await file.read(entry, 0, entry.length, field.start);
      const pair = ['', ''];
      for (const { field: at, start, end } of fieldsOf(entry))
        pair[at - 1] = Buffer.from(entry.subarray(start, end)).toString('utf8');
      found[pair[0]!] = pair[1]!;
    }
    at = field.end;
  }
  return found;
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw onnxFailures['runtime-missing']({ why: firstLine(error) });
  }
}

function infoOf(value: InferenceSession.ValueMetadata): OnnxValueInfo {
  if (!value.isTensor) return { name: value.name, type: 'not a tensor', dims: [] };
  return { name: value.name, type: value.type, dims: value.shape };
}

function zerosOf(shapes: { readonly [input: string]: readonly number[] }): { [input: string]: OnnxTensor } {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => {
      const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
      return [name, { dims, data }];
    }),
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
