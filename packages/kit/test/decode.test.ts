import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { failureOf } from '@dataset-runner/core/plugin';
import sharp from 'sharp';
import { decodeRaw } from '../src/decode.ts';
import { resizeGray, resizeLinear } from '../src/resize.ts';
import { tempFolder } from './support/temp-folder.ts';

function raw(channels: 1 | 3, values: readonly number[]) {
  return sharp(Buffer.from(values), { raw: { width: values.length / channels, height: 1, channels } });
}

describe('decodeRaw', () => {
  it('gives the pixels and channels that are stored, whoever decodes them', async () => {
    const gray = await raw(1, [0, 100, 255]).toColourspace('b-w').png().toBuffer();
    assert.deepEqual(await decodeRaw(gray), {
      data: Uint8Array.of(0, 100, 255),
      width: 3,
      height: 1,
      channels: 1,
      bits: 8,
    });
    // A palette, and TIFF: not for the small decoder.
    const colours = [10, 20, 30, 200, 100, 50];
    for (const file of [
      await raw(3, colours).png({ palette: true }).toBuffer(),
      await raw(3, colours).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const decoded = await decodeRaw(file);
      assert.ok(!('problem' in decoded));
      assert.deepEqual([[...decoded.data], decoded.channels, decoded.bits], [colours, 3, 8]);
    }
    const grayTiff = await decodeRaw(
      await raw(1, [0, 100, 255]).toColourspace('b-w').tiff({ compression: 'lzw' }).toBuffer(),
    );
    assert.ok(!('problem' in grayTiff) && grayTiff.channels === 1);
  });

  it('makes RGB of print colours as Pillow does, by no colour profile', async () => {
    const print = raw(3, Array.from({ length: 64 }, () => [200, 100, 50]).flat()).toColourspace('cmyk');
    // The inks are 0, 159, 235 and 48; Pillow 13.0 makes this of them.
    for (const file of [await print.clone().jpeg({ quality: 100 }).toBuffer(), await print.clone().tiff().toBuffer()]) {
      const decoded = await decodeRaw(file);
      assert.ok(!('problem' in decoded));
      assert.deepEqual([decoded.channels, decoded.width, ...decoded.data.subarray(0, 3)], [3, 64, 207, 78, 16]);
    }
  });

  it('turns an image as its EXIF data say, where that is asked for', async () => {
    const turned = await raw(1, [0, 100, 255]).withMetadata({ orientation: 6 }).png().toBuffer();
    const sizes = [await decodeRaw(turned), await decodeRaw(turned, { upright: true })].map((decoded) =>
      'problem' in decoded ? decoded : [decoded.width, decoded.height],
    );
    assert.deepEqual(sizes, [
      [3, 1],
      [1, 3],
    ]);
  });

  it('tells 16-bit images, and says what is wrong with what it cannot decode', async () => {
    const deep = await decodeRaw(await raw(1, [0, 100, 255]).toColourspace('grey16').png().toBuffer());
    assert.ok(!('problem' in deep) && deep.bits === 16);
    for (const bytes of [
      Buffer.from('<html>'),
      Buffer.alloc(0),
      (await raw(1, [1, 2, 3]).png().toBuffer()).subarray(0, 50),
    ])
      assert.ok('problem' in (await decodeRaw(bytes)));
  });
});

describe('without sharp', () => {
  it('no image is called bad: what is missing is named, and how to get it', async () => {
    await using folder = await tempFolder();
    // The sources alone, in a place that has core and no sharp.
    cpSync(fileURLToPath(new URL('../src/', import.meta.url)), folder.path, { recursive: true });
    mkdirSync(join(folder.path, 'node_modules', '@dataset-runner'), { recursive: true });
    const core = fileURLToPath(new URL('../../core/', import.meta.url));
    symlinkSync(core, join(folder.path, 'node_modules', '@dataset-runner', 'core'), 'dir');
    writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
    const picture = Buffer.from('any picture');
    for (const [file, name] of [
      ['decode.ts', 'decodeRaw'],
      ['crop.ts', 'cropToSquare'],
      ['image.ts', 'inspectImage'],
      ['phash.ts', 'phash'],
      ['report/thumbnail.ts', 'thumbnail'],
    ] as const) {
      const there = (await import(pathToFileURL(join(folder.path, file)).href)) as {
        readonly [name: string]: (bytes: Uint8Array, options: object) => Promise<unknown>;
      };
      await assert.rejects(there[name]!(picture, { side: 8 }), (error) => {
        const failure = failureOf(error);
        assert.equal(failure?.code, 'kit.sharp-missing', name);
        return /npm install/.test(failure.hint ?? '');
      });
    }
  });
});

describe('resizing', () => {
  const row = { data: Uint8Array.of(0, 100), width: 2, height: 1, channels: 1 as const };

  it('like OpenCV takes two taps at half-pixel centres, and the mean of four when both sides are halved', () => {
    assert.deepEqual([...resizeLinear(row, 4, 1)], [0, 25, 75, 100]);
    assert.deepEqual([...resizeLinear(row, 2, 1)], [0, 100]);
    const square = { data: Uint8Array.of(1, 2, 3, 5), width: 2, height: 2, channels: 1 as const };
    assert.deepEqual([...resizeLinear(square, 1, 1)], [3]);
    // Shrinking to a third takes the middle one of three: nothing is averaged.
    const three = { data: Uint8Array.of(0, 90, 240), width: 3, height: 1, channels: 1 as const };
    assert.deepEqual([...resizeLinear(three, 1, 1)], [90]);
  });

  it('like OpenCV keeps channels apart', () => {
    const colours = { data: Uint8Array.of(0, 10, 20, 100, 110, 120), width: 2, height: 1, channels: 3 as const };
    assert.deepEqual([...resizeLinear(colours, 4, 1)].slice(3, 6), [25, 35, 45]);
  });

  it('like Pillow averages when it shrinks', () => {
    const three = { data: Uint8Array.of(0, 90, 240), width: 3, height: 1 };
    // Weights 2, 3 and 2 of 7.
    assert.deepEqual([...resizeGray(three, 1, 1, 'bilinear')], [107]);
  });
});
