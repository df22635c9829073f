import assert from 'node:assert/strict';
import { readArchitecture } from '../src/keras/architecture.ts';
import { classifyProject, failuresOf, rowsOf } from './support/classify-project.ts';
import { smallCnn, writeKerasWeights } from './support/keras-files.ts';
import { binImages } from './support/pngs.ts';

const args = ['run', 'ifcb:model', '--architecture', './small.json', '--weights', './small.h5', '--out', './models'];

describe('ifcb:model', function () {
  this.timeout(60_000);

  it('makes a model that classifies, with its class names in it, and the report of its layers beside it', async () => {
    await using rig = await classifyProject({ 'small.json': smallCnn });
    await writeKerasWeights(rig.path('small.h5'), readArchitecture(smallCnn, { file: 'small.json' }));
    const names = Array.from({ length: 10 }, (_, at) => `kind${at}`);
    const { code, report, stderr } = await rig.json(...args, '--classes', JSON.stringify(names));
    assert.equal(code, 0, stderr);
    const result = report['result'] as { layers: number; weights: number; largestShare: number };
    // 9 taps and a bias for 4 filters, 4 numbers for each of them, 100 x 12 and 12 x 10 with their biases.
    assert.deepEqual([result.layers, result.weights], [8, 40 + 16 + 1_212 + 130]);
    assert.ok(result.largestShare < 1e-5);
    const check = JSON.parse(rig.read('models/small.check.json')) as { layers: { layer: string }[] };
    assert.equal(check.layers.at(-1)?.layer, 'layer_8');

    for (const [path, bytes] of Object.entries(binImages(1, 3))) rig.write(`images/${path}`, bytes);
    const classify = ['run', 'ifcb:classify', './images', '--model', './models/small.onnx', '--out', './out'];
    assert.equal((await rig.json(...classify)).code, 0);
    for (const row of rowsOf(rig.read('out/ifcb_predictions.csv'))) {
      const sum = names.reduce((total, name) => total + Number(row[`score_${name}`]), 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, 'softmax adds up to one');
    }
    assert.match((await rig.runner(...args, '--classes', JSON.stringify(names))).stdout, /Nothing to do/);
  });

  it('writes nothing for a model it cannot convert', async () => {
    await using rig = await classifyProject({ 'small.json': smallCnn.replace('"MaxPooling2D"', '"MaxPooling3D"') });
    await writeKerasWeights(rig.path('small.h5'), readArchitecture(smallCnn, { file: 'small.json' }));
    const { code, report } = await rig.json(...args);
    assert.equal(code, 1);
    assert.equal(failuresOf(report)[0]?.code, 'ifcb.keras-layer');
    assert.match(failuresOf(report)[0]?.message ?? '', /'layer_4' \(MaxPooling3D\)/);
    assert.equal(rig.exists('models/small.onnx'), false);
  });
});
