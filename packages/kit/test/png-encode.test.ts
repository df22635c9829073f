import assert from 'node:assert/strict';
import sharp from 'sharp';
import { encodeGrayPng, seeded } from '@dataset-runner/kit';

describe('encodeGrayPng', () => {
  for (const [width, height] of [
    [1, 1],
    [1, 300],
    [300, 1],
    [97, 33],
    [1380, 1034],
  ] as const) {
    it(`writes ${width} x ${height} pixels that libpng reads back as they were`, async () => {
      const random = seeded(`${width}x${height}`);
      const data = Uint8Array.from({ length: width * height }, (_, at) => (at % 3 === 0 ? random.below(256) : at >> 3));
      const { data: read, info } = await sharp(encodeGrayPng({ data, width, height }), { failOn: 'warning' })
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [width, height, 1]);
      assert.ok(read.equals(data));
    });
  }

  it('packs drawings by their runs', () => {
    const side = 256;
    const disc = Uint8Array.from({ length: side * side }, (_, at) =>
      ((at % side) - 128) ** 2 + (Math.floor(at / side) - 128) ** 2 < 8_000 ? 255 : 0,
    );
    // One bit a pixel, the least that codes without runs can take, would be 8 kB.
    const { length } = encodeGrayPng({ data: disc, width: side, height: side });
    assert.ok(length < 2_000, `${length} bytes`);
  });

  it('refuses pixels that do not fill the image', () => {
    assert.throws(
      () => encodeGrayPng({ data: new Uint8Array(5), width: 2, height: 3 }),
      /5 pixels are no image of 2 x 3/,
    );
  });
});
