import assert from 'node:assert/strict';
import sharp from 'sharp';
import { cropToSquare } from '../src/crop.ts';

/** Red on the left, blue on the right, 40 x 20. */
async function halves(): Promise<Buffer> {
  const red = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  return sharp({ create: { width: 40, height: 20, channels: 3, background: 'blue' } })
    .composite([{ input: red, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

async function pixel(jpeg: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

describe('cropToSquare', () => {
  it('cuts the box out and pads it to a square', async () => {
    const made = await cropToSquare(await halves(), { box: { left: 0, top: 0, right: 20, bottom: 10 }, side: 32 });
    assert.ok('jpeg' in made);
    const { width, height, format } = await sharp(made.jpeg).metadata();
    assert.deepEqual([width, height, format], [32, 32, 'jpeg']);
    const [red = 0, , blue = 0] = await pixel(made.jpeg, 16, 16);
    assert.ok(red > 200 && blue < 60);
    assert.ok(
      (await pixel(made.jpeg, 16, 1)).every((value) => value < 20),
      'black above',
    );
  });

  it('keeps a box inside the image, and says so of one that lies outside', async () => {
    const wide = await cropToSquare(await halves(), { box: { left: 20, top: -5, right: 400, bottom: 400 }, side: 16 });
    assert.ok('jpeg' in wide);
    const [red = 255, , blue = 0] = await pixel(wide.jpeg, 8, 8);
    assert.ok(blue > 200 && red < 60);
    for (const box of [
      { left: 10, top: 30, right: 20, bottom: 40 },
      { left: 40, top: 5, right: 60, bottom: 10 },
      { left: -20, top: 5, right: 0, bottom: 10 },
    ]) {
      const outside = await cropToSquare(await halves(), { box, side: 16 });
      assert.match('problem' in outside ? outside.problem.message : 'a picture', /outside/, JSON.stringify(box));
    }
  });

  it('gives equal bytes for equal images, and says what is wrong with a broken one', async () => {
    const image = await halves();
    assert.deepEqual(await cropToSquare(image, { side: 24 }), await cropToSquare(image, { side: 24 }));
    const broken = await cropToSquare(image.subarray(0, 60), { side: 24 });
    assert.ok('problem' in broken);
  });
});
