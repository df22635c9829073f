import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf } from '@dataset-runner/core/plugin';
import { openOnnx } from '@dataset-runner/kit/onnx';
import { writeOnnx } from '@dataset-runner/kit/onnx-write';
import { skip } from '../../../test/support/skip.ts';
import { readArchitecture } from '../src/keras/architecture.ts';
import { buildNetwork } from '../src/keras/build-network.ts';
import { compareLayers } from '../src/keras/compare-layers.ts';
import { forward } from '../src/keras/forward.ts';
import type { Network } from '../src/keras/network.ts';
import { toOnnx } from '../src/keras/to-onnx.ts';
import { readWeights } from '../src/keras/weights.ts';
import { architectureJson, smallCnn, writeKerasWeights } from './support/keras-files.ts';

describe('Keras models', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ifcb-keras-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function build(json: string, options: Parameters<typeof writeKerasWeights>[2] = {}): Promise<Network> {
    const architecture = readArchitecture(json, { file: 'model.json' });
    const path = join(folder, 'weights.h5');
    await writeKerasWeights(path, architecture, options);
    return buildNetwork(architecture, await readWeights(path, { file: 'weights.h5' }), { file: 'weights.h5' });
  }

  async function compare(network: Network) {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, writeOnnx(toOnnx(network, { everyLayer: true })));
    await using model = await openOnnx(path);
    return await compareLayers(network, model);
  }

  function failsWith(code: string, text: RegExp) {
    return (error: unknown): boolean => {
      assert.equal(failureOf(error)?.code, code, String(error));
      assert.match((error as Error).message, text);
      return true;
    };
  }

  it('computes what the definitions of the layers say', () => {
    const window = { size: [2, 2], strides: [1, 1], before: [0, 0], after: [1, 1] } as const;
    const network: Network = {
      name: 'by hand',
      layers: [
        { name: 'in', shape: [2, 2, 1], work: { kind: 'input' } },
        {
          name: 'conv',
          shape: [2, 2, 1],
          work: {
            kind: 'conv',
            window,
            kernel: { dims: [2, 2, 1, 1], data: Float32Array.of(1, 10, 100, 1000) },
            bias: Float32Array.of(0.5),
            activation: 'linear',
          },
        },
        { name: 'pool', shape: [2, 2, 1], work: { kind: 'pool', of: 'mean', window } },
        { name: 'flat', shape: [4], work: { kind: 'flatten' } },
        { name: 'softmax', shape: [4], work: { kind: 'activate', activation: 'softmax' } },
      ],
    };
    const found = [...forward(network, Float32Array.of(1, 2, 3, 4))].map(({ data }) => [...data]);
    assert.deepEqual(found[1], [4321.5, 402.5, 43.5, 4.5]);
    assert.deepEqual(found[2], [1193, 203.5, 24, 4.5]);
    assert.deepEqual(found[4], [1, 0, 0, 0]);
  });

  it('agrees with the runtime at every layer of every kind it knows', async () => {
    const image = { filters: 6, kernel_size: [3, 2], padding: 'same', activation: 'tanh' };
    const names = [
      architectureJson(
        'all kinds',
        [13, 17, 3],
        [
          ['Conv2D', { ...image, strides: [2, 1] }],
          ['BatchNormalization', { axis: [3], scale: true }],
          ['AveragePooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' }],
          ['Conv2D', { ...image, strides: [1, 1], padding: 'valid', activation: 'sigmoid', use_bias: false }],
          ['ReLU', { max_value: null, negative_slope: 0, threshold: 0 }],
          ['MaxPooling2D', { pool_size: [2, 2], padding: 'same' }],
          ['SpatialDropout2D', { rate: 0.5 }],
          ['Flatten', { data_format: 'channels_last' }],
          ['Dense', { units: 7, activation: 'linear' }],
          ['BatchNormalization', { axis: [1], epsilon: 0.01 }],
          ['Softmax', { axis: -1 }],
        ],
      ),
      architectureJson(
        'pooled',
        [8, 8, 2],
        [
          ['Conv2D', { ...image, strides: [1, 1] }],
          ['GlobalAveragePooling2D', {}],
        ],
      ),
      architectureJson(
        'peaks',
        [8, 8, 2],
        [
          ['Activation', { activation: 'softmax' }],
          ['GlobalMaxPooling2D', {}],
        ],
      ),
    ];
    for (const json of names) {
      const differences = await compare(await build(json));
      assert.ok(differences.length >= 2);
      for (const { layer, difference } of differences) assert.ok(difference < 1e-4, `${layer}: ${difference}`);
    }
  });

  it('reads sequential models, and weights inside a whole model', async () => {
    const { config } = JSON.parse(smallCnn) as { config: { layers: { config: object }[] } };
    const [, first, ...rest] = config.layers as [object, { config: object }, ...object[]];
    const open = { ...first, config: { ...first.config, batch_input_shape: [null, 16, 16, 1] } };
    const bare = [open, ...rest].map((layer) => ({ ...layer, inbound_nodes: undefined }));
    const json = JSON.stringify({ class_name: 'Sequential', config: { name: 'chain', layers: bare } });
    const path = join(folder, 'whole.h5');
    await writeKerasWeights(path, readArchitecture(smallCnn, { file: 'x' }), { whole: true });
    const weights = await readWeights(path, { file: 'whole.h5' });
    const network = buildNetwork(readArchitecture(json, { file: 'chain.json' }), weights, { file: 'whole.h5' });
    assert.deepEqual(network.layers.at(-1)?.shape, [10]);
    assert.equal((await compare(network)).length, 8);
  });

  it('names a layer, a setting or a form it does not know', async () => {
    const one = (kind: string, settings: object) => build(architectureJson('m', [8, 8, 1], [[kind, { ...settings }]]));
    const conv = { filters: 1, kernel_size: [3, 3], padding: 'same', activation: 'relu' };
    const layer = 'ifcb.keras-layer';
    await assert.rejects(one('LSTM', {}), failsWith(layer, /'layer_1' \(LSTM\): this kind of layer is not known/));
    await assert.rejects(one('Conv2D', { ...conv, activation: 'gelu' }), failsWith(layer, /"gelu"/));
    await assert.rejects(one('Conv2D', { ...conv, dilation_rate: [2, 2] }), failsWith(layer, /dilated/));
    await assert.rejects(one('Conv2D', { ...conv, data_format: 'channels_first' }), failsWith(layer, /channels_first/));
    await assert.rejects(one('ReLU', { max_value: 6 }), failsWith(layer, /max_value 6/));
    await assert.rejects(one('Dense', { units: 3 }), failsWith(layer, /does not follow a flat layer/));
    const read = (json: unknown) => () => readArchitecture(JSON.stringify(json), { file: 'a.json' });
    assert.throws(read({ class_name: 'Model' }), failsWith('ifcb.keras-invalid', /a\.json is no Keras architecture/));
    assert.throws(read([]), failsWith('ifcb.keras-invalid', /architecture: Invalid input/));
    assert.throws(() => readArchitecture('<html>', { file: 'a.json' }), failsWith('ifcb.keras-invalid', /no JSON/));
    const joined = JSON.parse(smallCnn) as { config: { layers: { inbound_nodes: unknown[] }[] } };
    joined.config.layers[3]!.inbound_nodes = [
      [
        ['layer_2', 0, 0, {}],
        ['layer_1', 0, 0, {}],
      ],
    ];
    assert.throws(read(joined), failsWith(layer, /branch or join/));
  });

  it('names weights that are missing, of another shape, or no weights', async () => {
    const weights = 'ifcb.keras-weights';
    await assert.rejects(build(smallCnn, { leaveOut: 'layer_6/bias' }), failsWith(weights, /'layer_6' has no bias/));
    const path = join(folder, 'other.h5');
    await writeKerasWeights(path, readArchitecture(smallCnn, { file: 'x' }));
    const wider = readArchitecture(smallCnn.replace('"units":12', '"units":13'), { file: 'x' });
    const found = await readWeights(path, { file: 'other.h5' });
    assert.throws(
      () => buildNetwork(wider, found, { file: 'other.h5' }),
      failsWith(weights, /kernel of layer 'layer_6' is 100 x 12, not 100 x 13/),
    );
    writeFileSync(path, 'no HDF5');
    await assert.rejects(readWeights(path, { file: 'other.h5' }), failsWith(weights, /signature not found/));
  });

  it('finds a model that computes something else', async () => {
    const network = await build(smallCnn);
    const wrong = structuredClone(network);
    const conv = wrong.layers[1]!.work as { bias: Float32Array };
    conv.bias[0]! += 0.01;
    const path = join(folder, 'wrong.onnx');
    writeFileSync(path, writeOnnx(toOnnx(wrong, { everyLayer: true })));
    await using model = await openOnnx(path);
    await assert.rejects(
      compareLayers(network, model),
      failsWith('ifcb.model-differs', /'layer_1' differs by 0\.0100/),
    );
  });

  it('converts the real 10-class architecture', async function () {
    this.timeout(60_000);
    const root = process.env['RUNNER_TEST_DATA'];
    if (root === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    const file = join(root, 'ifcb', 'model', 'model-cnn-v1-b3.architecture.json');
    if (!existsSync(file)) skip(this, `${file} does not exist`);
    const network = await build(readFileSync(file, 'utf8'));
    const differences = await compare(network);
    assert.equal(differences.length, network.layers.length - 1);
    assert.deepEqual([network.layers[0]?.shape, network.layers.at(-1)?.shape], [[128, 128, 1], [10]]);
    const share = Math.max(...differences.map(({ difference, largest }) => difference / Math.max(1, largest)));
    assert.ok(share < 2e-5, String(share));
  });
});
