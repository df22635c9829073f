import assert from 'node:assert/strict';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { resizeGray } from '../../packages/kit/src/image/resize-gray.ts';
import { opencvGrey } from '../../packages/plugin-ifcb/src/classify/opencv-grey.ts';
import type { InputPlan } from '../../packages/plugin-ifcb/src/classify/preprocess.ts';
import { stretchTable } from '../../packages/plugin-ifcb/src/classify/stretch-contrast.ts';
import { planeOf } from '../../packages/plugin-ifcb/test/plane-of.ts';
import { skip } from '../support/skip.ts';
import { pythonWith, runPython } from './python-venv.ts';

// The steps of the training code, in its words.
const preprocess = `
import base64, json, sys
import cv2, numpy
out = []
for case in json.load(sys.stdin):
    image = numpy.frombuffer(base64.b64decode(case["data"]), numpy.uint8).reshape(case["height"], case["width"])
    ratio = 128 / max(image.shape)
    image = cv2.resize(image, (int(image.shape[1] * ratio), int(image.shape[0] * ratio)))
    dh, dw = 128 - image.shape[0], 128 - image.shape[1]
    image = cv2.copyMakeBorder(image, dh // 2, dh - dh // 2, dw // 2, dw - dw // 2, cv2.BORDER_CONSTANT, value=0)
    stretched = cv2.normalize(image, None, 0, 255, cv2.NORM_MINMAX)
    out.append([base64.b64encode(one.tobytes()).decode() for one in (image, stretched)])
print(json.dumps(out))
`;

const tables = `
import base64, json, sys
import cv2, numpy
sys.stdin.read()
ramps = []
for low in range(256):
    for high in range(low, 256):
        ramps.append(cv2.normalize(numpy.arange(low, high + 1, dtype=numpy.uint8), None, 0, 255, cv2.NORM_MINMAX).ravel())
colours = numpy.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=numpy.uint8)
print(json.dumps({
    "ramps": base64.b64encode(numpy.concatenate(ramps).tobytes()).decode(),
    "rgb": base64.b64encode(colours.tobytes()).decode(),
    "grey": base64.b64encode(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY).tobytes()).decode(),
}))
`;

const pillow = `
import base64, json, sys
from PIL import Image
out = []
for case in json.load(sys.stdin):
    image = Image.frombytes("L", (case["width"], case["height"]), base64.b64decode(case["data"]))
    out.append(base64.b64encode(image.resize((299, 299), Image.BILINEAR).tobytes()).decode())
print(json.dumps(out))
`;

const plan: InputPlan = {
  preset: 'utopia',
  input: 'x',
  height: 128,
  width: 128,
  channels: 1,
  layout: 'nhwc',
  minMax: false,
};

describe('ifcb preprocessing beside OpenCV and Pillow', function () {
  this.timeout(300_000);
  let python = '';

  before(function () {
    const venv = pythonWith('opencv', ['opencv-python-headless']);
    if (typeof venv === 'string') skip(this, venv);
    python = venv.python;
  });

  it('equals OpenCV on 200 images of odd shapes, with and without stretched contrast', () => {
    const images = oddImages(200);
    const theirs = runPython(python, preprocess, inputOf(images)) as readonly (readonly [string, string])[];
    const differing = images.filter((image, index) => {
      const [plain, stretched] = theirs[index]!;
      return !same(planeOf(image, plan), plain) || !same(planeOf(image, { ...plan, minMax: true }), stretched);
    });
    assert.deepEqual(
      differing.map(({ width, height }) => `${width}x${height}`),
      [],
    );
    assert.equal(theirs.length, 200);
  });

  it('stretches every range of values and weighs colours as OpenCV does', () => {
    const theirs = runPython(python, tables, null) as { readonly [name: string]: string };
    const ramps = Buffer.from(theirs['ramps']!, 'base64');
    let at = 0;
    for (let low = 0; low < 256; low++) {
      for (let high = low; high < 256; high++) {
        const ours = stretchTable(low, high).subarray(low, high + 1);
        assert.ok(ramps.subarray(at, at + ours.length).equals(ours), `${low} to ${high}`);
        at += ours.length;
      }
    }
    const data = Buffer.from(theirs['rgb']!, 'base64');
    assert.ok(same(opencvGrey({ data, width: 64, height: 64, channels: 3 }), theirs['grey']!));
  });

  it('equals Pillow on the whoi preset', function () {
    const venv = pythonWith('imagehash', ['ImageHash']);
    if (typeof venv === 'string') skip(this, venv);
    const images = oddImages(40);
    const theirs = runPython(venv.python, pillow, inputOf(images)) as readonly string[];
    for (const [index, image] of images.entries())
      assert.ok(same(resizeGray(image, 299, 299, 'bilinear'), theirs[index]!), `${image.width}x${image.height}`);
  });
});

/** Grain on a gradient; every fourth is very thin, and every eighth twice the model's side, which is halved. */
function oddImages(count: number) {
  const random = seeded('rois');
  return Array.from({ length: count }, (_, index) => {
    const width = index % 8 === 0 ? 256 : 3 + random.below(400);
    const height = index % 4 === 1 ? 1 + Math.ceil(width / 100) + random.below(5) : 3 + random.below(250);
    const data = Uint8Array.from({ length: width * height }, (_, at) =>
      Math.min(255, 60 + ((at % width) * 90) / width + random.below(60)),
    );
    return { data, width, height, channels: 1 as const };
  });
}

function inputOf(images: ReturnType<typeof oddImages>) {
  return images.map((image) => ({ ...image, data: Buffer.from(image.data).toString('base64') }));
}

function same(ours: Uint8Array, theirs: string): boolean {
  return Buffer.from(theirs, 'base64').equals(ours);
}
