import assert from 'node:assert/strict';
import { resizeLinear } from '../../packages/kit/src/image/resize-linear.ts';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { skip } from '../support/skip.ts';
import { pythonWith, runPython } from './python-venv.ts';

const script = `
import base64, json, sys
import cv2, numpy
cases = json.load(sys.stdin)
out = []
for case in cases:
    image = numpy.frombuffer(base64.b64decode(case["data"]), numpy.uint8).reshape(case["height"], case["width"], case["channels"])
    small = cv2.resize(image, (case["toWidth"], case["toHeight"]))
    out.append(base64.b64encode(small.tobytes()).decode())
print(json.dumps(out))
`;

describe('resizeLinear beside OpenCV', () => {
  let python = '';

  before(function () {
    this.timeout(300_000);
    const venv = pythonWith('opencv', ['opencv-python-headless']);
    if (typeof venv === 'string') skip(this, venv);
    python = venv.python;
  });

  it('gives the same bytes for 300 images of odd shapes and 1 to 4 channels', function () {
    this.timeout(60_000);
    const random = seeded('resize');
    const cases = Array.from({ length: 300 }, (_, index) => {
      const [width, height] = [1 + random.below(300), 1 + random.below(300)];
      const channels = (1 + (index % 4)) as 1 | 2 | 3 | 4;
      const data = Uint8Array.from({ length: width * height * channels }, () => random.below(256));
      // Every tenth is halved, which OpenCV does in another way.
      const half = index % 10 === 0 && width % 2 === 0 && height % 2 === 0;
      const toWidth = half ? width / 2 : 1 + random.below(300);
      const toHeight = half ? height / 2 : 1 + random.below(300);
      return { data, width, height, channels, toWidth, toHeight };
    });
    const input = cases.map((one) => ({ ...one, data: Buffer.from(one.data).toString('base64') }));
    const theirs = runPython(python, script, input) as readonly string[];
    const differing = cases.filter((image, index) => {
      const ours = resizeLinear(image, image.toWidth, image.toHeight);
      return !Buffer.from(ours).equals(Buffer.from(theirs[index] ?? '', 'base64'));
    });
    assert.deepEqual(
      differing.map(({ width, height, channels, toWidth, toHeight }) => ({
        width,
        height,
        channels,
        toWidth,
        toHeight,
      })),
      [],
    );
    assert.equal(theirs.length, 300);
  });
});
