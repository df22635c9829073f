import assert from 'node:assert/strict';
import { failureOf } from '@dataset-runner/core/plugin';
import { planInput } from '../src/classify/plan-input.ts';
import { type InputPlan, writePlane } from '../src/classify/preprocess.ts';
import { thresholdsOf } from '../src/classify/thresholds.ts';
import { decodeScores, encodeScores, verdictsOf } from '../src/classify/scores.ts';
import { shortest } from '../src/classify/verdict-rows.ts';
import { planeOf } from './plane-of.ts';

const plan: InputPlan = {
  preset: 'utopia',
  input: 'x',
  height: 8,
  width: 8,
  channels: 1,
  layout: 'nhwc',
  minMax: false,
};

describe('images for a model', () => {
  it('are centred on black, an odd pixel to the right and below, and stretched after that', () => {
    // 8 x 5: whole width, 3 rows to share: 1 above, 2 below.
    const image = { data: new Uint8Array(40).fill(100), width: 8, height: 5, channels: 1 as const };
    const rows = (plane: Uint8Array): number[] => Array.from({ length: 8 }, (_, y) => plane[y * 8]!);
    assert.deepEqual(rows(planeOf(image, plan)), [0, 100, 100, 100, 100, 100, 0, 0]);
    assert.deepEqual(rows(planeOf(image, { ...plan, minMax: true })), [0, 255, 255, 255, 255, 255, 0, 0]);
  });

  it('keep one pixel where a very thin one would vanish', () => {
    const thin = { data: new Uint8Array(900).fill(50), width: 900, height: 1, channels: 1 as const };
    const plane = planeOf(thin, plan);
    assert.equal(plane.filter((value) => value === 50).length, 8);
  });

  it('lie in a batch with channels last or first, from 0 to 255 or 0 to 1', () => {
    const plane = Uint8Array.of(0, 51, 102, 255);
    const small = { ...plan, height: 2, width: 2 };
    const batch = (how: Partial<InputPlan>): number[] => {
      const wanted = { ...small, ...how };
      const data = new Float32Array(8 * wanted.channels).fill(-1);
      writePlane(plane, wanted, data, 1);
      return [...data.subarray(4 * wanted.channels)].map((value) => Math.round(value * 100) / 100);
    };
    assert.deepEqual(batch({}), [0, 51, 102, 255]);
    assert.deepEqual(batch({ channels: 3 }), [0, 0, 0, 51, 51, 51, 102, 102, 102, 255, 255, 255]);
    const whoi = { preset: 'whoi', channels: 3, layout: 'nchw' } as const;
    assert.deepEqual(batch(whoi), [0, 0.2, 0.4, 1, 0, 0.2, 0.4, 1, 0, 0.2, 0.4, 1]);
  });
});

describe('the input of a model', () => {
  const model = (...dims: (number | string)[]) => ({ label: 'm.onnx', inputs: [{ name: 'x', type: 'float32', dims }] });
  const utopia = { preset: 'utopia', minMax: true } as const;

  it('is read as channels last or first, fixed or free', () => {
    assert.deepEqual(planInput(model('N', 128, 96, 1), utopia), {
      preset: 'utopia',
      input: 'x',
      height: 128,
      width: 96,
      channels: 1,
      layout: 'nhwc',
      minMax: true,
    });
    const torch = planInput(model(4, 3, 'H', ''), { preset: 'whoi', minMax: true });
    assert.deepEqual([torch.height, torch.width, torch.layout, torch.fixedBatch], [299, 299, 'nchw', 4]);
  });

  it('is refused by name when it is no image', () => {
    const refused = (inputs: ReturnType<typeof model>['inputs']): void =>
      assert.throws(
        () => planInput({ label: 'm.onnx', inputs }, utopia),
        (error) => failureOf(error)?.code === 'ifcb.model-input',
      );
    refused(model('N', 10).inputs);
    refused(model('N', 128, 128, 2).inputs);
    refused([{ name: 'x', type: 'uint8', dims: ['N', 128, 128, 1] }]);
    refused([...model('N', 128, 128, 1).inputs, ...model('N', 1).inputs]);
    refused([]);
  });
});

describe('scores', () => {
  it('come back as they were written, names beyond ASCII too', () => {
    const scores = { images: ['ä/1.png', 'b.png'], scores: Float32Array.of(0.1, 0.9, 0.5, 0.5), classCount: 2 };
    // A buffer of the file system may begin anywhere in its memory.
    const bytes = Buffer.concat([Buffer.from('x'), encodeScores(scores)]).subarray(1);
    assert.deepEqual(decodeScores(bytes), scores);
    const verdicts = [...verdictsOf(scores, thresholdsOf(['a', 'b'], { everywhere: 0.6, byClass: { b: 0.95 } }))];
    assert.deepEqual(
      verdicts.map(({ best, isCertain }) => [best, isCertain]),
      [
        [1, false],
        [0, false],
      ],
    );
  });

  it('are written in the fewest digits that give the 32-bit float back', () => {
    const texts = ['0.1', '0', '1', '0.33333334', '1e-7', '16777216', '1.1754944e-38'];
    for (const text of texts) assert.equal(shortest(Math.fround(Number(text))), text);
    assert.equal(shortest(Number.NaN), 'NaN');
  });
});
