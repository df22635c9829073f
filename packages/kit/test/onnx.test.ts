import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { failureOf } from '@dataset-runner/core/plugin';
import { openOnnx, readOnnxMetadata } from '../src/onnx.ts';
import { type OnnxGraph, writeOnnx } from '../src/onnx-write.ts';
import { tempFolder } from './support/temp-folder.ts';

/** y = relu(x W + b) over two numbers, any number of rows. */
const small: OnnxGraph = {
  name: 'small',
  inputs: [{ name: 'x', dims: ['N', 2] }],
  outputs: [{ name: 'y', dims: ['N', 3] }],
  nodes: [
    { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['sum'], attributes: { alpha: { float: 2 }, transB: { int: 0 } } },
    { op: 'Relu', inputs: ['sum'], outputs: ['y'] },
  ],
  constants: [
    { name: 'w', dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, -6) },
    { name: 'b', dims: [3], data: Float32Array.of(0.5, 0, 0) },
  ],
  metadata: { classes: '["ä","b","c"]', made: 'here' },
};

describe('onnx', () => {
  it('runs what was written, and tells its inputs, outputs and notes', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'small.onnx');
    writeFileSync(path, writeOnnx(small));
    await using model = await openOnnx(path, { warmUp: { x: [1, 2] } });
    assert.deepEqual(model.inputs, [{ name: 'x', type: 'float32', dims: ['N', 2] }]);
    assert.deepEqual(model.outputs, [{ name: 'y', type: 'float32', dims: ['N', 3] }]);
    assert.deepEqual(model.metadata, { classes: '["ä","b","c"]', made: 'here' });
    const { y } = await model.run({ x: { dims: [2, 2], data: Float32Array.of(1, 1, 0, -1) } });
    assert.deepEqual(y, { dims: [2, 3], data: Float32Array.of(10.5, 14, 0, 0, 0, 12) });
  });

  it('writes attributes of every kind, and whole numbers below zero', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'pool.onnx');
    const graph: OnnxGraph = {
      name: 'pool',
      inputs: [{ name: 'x', dims: [1, 1, 3, 3] }],
      outputs: [{ name: 'y', dims: [1, 4] }],
      nodes: [
        {
          op: 'MaxPool',
          inputs: ['x'],
          outputs: ['pooled'],
          attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] }, auto_pad: { text: 'SAME_UPPER' } },
        },
        { op: 'Reshape', inputs: ['pooled', 'shape'], outputs: ['y'] },
      ],
      constants: [{ name: 'shape', dims: [2], data: BigInt64Array.of(1n, -1n) }],
    };
    writeFileSync(path, writeOnnx(graph));
    await using model = await openOnnx(path);
    const { y } = await model.run({ x: { dims: [1, 1, 3, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) } });
    assert.deepEqual(y?.data, Float32Array.of(5, 6, 8, 9));
  });

  it('refuses a constant whose values do not fill its dimensions', () => {
    const constants = [{ name: 'w', dims: [2, 2], data: Float32Array.of(1) }];
    assert.throws(() => writeOnnx({ ...small, constants }), /w of 2 x 2 needs 4 values, not 1/);
  });

  it('says how to install the runtime where it is not', async () => {
    await using folder = await tempFolder();
    // The sources alone, in a place that has core and no runtime.
    const sources = fileURLToPath(new URL('../src/', import.meta.url));
    for (const name of ['onnx.ts', 'onnx-failures.ts', 'onnx'])
      cpSync(join(sources, name), join(folder.path, name), { recursive: true });
    mkdirSync(join(folder.path, 'node_modules', '@dataset-runner'), { recursive: true });
    const core = fileURLToPath(new URL('../../core/', import.meta.url));
    symlinkSync(core, join(folder.path, 'node_modules', '@dataset-runner', 'core'), 'dir');
    writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
    const { openOnnx: openThere } = (await import(pathToFileURL(join(folder.path, 'onnx.ts')).href)) as {
      openOnnx: typeof openOnnx;
    };
    await assert.rejects(openThere('any.onnx'), (error) => {
      const failure = failureOf(error);
      assert.equal(failure?.code, 'onnx.runtime-missing');
      return /npm install onnxruntime-node/.test(failure.hint ?? '') && /install=skip/.test(failure.hint ?? '');
    });
  });

  it('names a file that is no model, and an input of the wrong shape', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'page.onnx');
    writeFileSync(path, '<html>sign in</html>');
    assert.deepEqual(await readOnnxMetadata(path), {});
    await assert.rejects(openOnnx(path), (error) => failureOf(error)?.code === 'onnx.model-invalid');
    writeFileSync(path, writeOnnx(small));
    await using model = await openOnnx(path, { label: 'the model' });
    await assert.rejects(model.run({ x: { dims: [1, 3], data: new Float32Array(3) } }), (error) => {
      const failure = failureOf(error);
      return failure?.code === 'onnx.run-failed' && (error as Error).message.includes('the model');
    });
  });
});
