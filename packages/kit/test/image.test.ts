import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { inspectImage } from '../src/image.ts';
import { readSmallPng } from '../src/image/small-png.ts';
import { hammingDistance, phash } from '../src/phash.ts';
import { seeded } from '../src/seeded.ts';

const width = 61;
const height = 47;

describe('inspectImage', () => {
  it('says what an image is, from its bytes', async () => {
    const rgb = grain(3);
    assert.deepEqual(await inspectImage(await rgb.png().toBuffer()), {
      format: 'png',
      width,
      height,
      channels: 3,
      space: 'srgb',
      cmyk: false,
      pages: 1,
    });
    const gray = await inspectImage(await grain(1).toColourspace('b-w').jpeg().toBuffer());
    assert.deepEqual([gray.format, gray.channels, gray.space], ['jpeg', 1, 'b-w']);
    const print = await inspectImage(await grain(3).toColourspace('cmyk').jpeg().toBuffer());
    assert.deepEqual([print.cmyk, print.channels, print.problem], [true, 4, undefined]);
    const deep = await inspectImage(await grain(1).toColourspace('grey16').png().toBuffer());
    assert.equal(deep.space, 'grey16');
  });

  it('counts the frames of an animation', async () => {
    const frames = await Promise.all([grain(3).png().toBuffer(), grain(3).negate().png().toBuffer()]);
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    assert.equal((await inspectImage(gif)).pages, 2);
  });

  it('says the same of a small PNG as of one that only sharp reads, and keeps its pixels when asked', async () => {
    for (const channels of [1, 2, 3, 4] as const) {
      const image = (): Sharp => (channels < 3 ? grain(channels).toColourspace('b-w') : grain(channels));
      const { pixels: kept, ...own } = await inspectImage(await image().png().toBuffer(), { keepPixels: true });
      assert.ok(kept !== undefined && pixels(channels).equals(kept.data));
      const other = await inspectImage(await image().png({ progressive: true }).toBuffer(), { keepPixels: true });
      assert.deepEqual(own, other);
      assert.equal((await inspectImage(await image().png().toBuffer())).pixels, undefined);
    }
  });

  it('finds files that were cut off', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'gif'] as const) {
      const whole = await grain(3).toFormat(format).toBuffer();
      const { problem } = await inspectImage(whole.subarray(0, Math.floor(whole.length * 0.6)));
      assert.ok(problem?.kind === 'damaged' || problem?.kind === 'unreadable', `${format}: ${problem?.kind}`);
    }
  });

  it('finds a flipped byte in a PNG', async () => {
    const png = await grain(3).png().toBuffer();
    png[Math.floor(png.length / 2)]! ^= 0xff;
    assert.equal((await inspectImage(png)).problem?.kind, 'damaged');
  });

  it('does not decode more pixels than allowed', async () => {
    const { problem } = await inspectImage(await grain(3).png().toBuffer(), { maxPixels: 100 });
    assert.equal(problem?.kind, 'too-many-pixels');
  });

  it('says when bytes are no image', async () => {
    for (const bytes of [Buffer.from('<html>Not found</html>'), Buffer.alloc(0), Buffer.alloc(100)]) {
      const facts = await inspectImage(bytes);
      assert.deepEqual([facts.format, facts.problem?.kind], ['unknown', 'unreadable']);
    }
  });
});

describe('readSmallPng', () => {
  it('reads the pixels that were written, whatever the filter and colour type', async () => {
    for (const channels of [1, 2, 3, 4] as const) {
      for (const adaptiveFiltering of [false, true]) {
        const image = channels < 3 ? grain(channels).toColourspace('b-w') : grain(channels);
        const png = await image.png({ adaptiveFiltering, compressionLevel: 9 }).toBuffer();
        const own = readSmallPng(png);
        assert.deepEqual([own?.width, own?.height, own?.channels], [width, height, channels]);
        assert.ok(pixels(channels).equals(own!.data));
      }
    }
  });

  it('leaves palettes, 16 bits, interlaced and damaged files to others', async () => {
    const others = [
      grain(3).png({ palette: true }),
      grain(1).toColourspace('grey16').png(),
      grain(1).toColourspace('b-w').png({ progressive: true }),
      grain(3).jpeg(),
    ];
    for (const image of others) assert.equal(readSmallPng(await image.toBuffer()), undefined);
    const png = await grain(1).toColourspace('b-w').png().toBuffer();
    for (let end = 0; end < png.length; end += 7) assert.equal(readSmallPng(png.subarray(0, end)), undefined);
    assert.equal(readSmallPng(Buffer.concat([png, Buffer.of(0)])), undefined, 'bytes behind the end');
  });

  it('takes no file in which any one byte is wrong', async () => {
    const png = await grain(1).toColourspace('b-w').resize(9, 9).png().toBuffer();
    assert.ok(readSmallPng(png) !== undefined);
    for (let at = 0; at < png.length; at++) {
      const wrong = Buffer.from(png);
      wrong[at]! ^= 1 << (at % 8);
      assert.equal(readSmallPng(wrong), undefined, `byte ${at}`);
    }
  });

  it('leaves to others what changes colours, and what stands where it may not', async () => {
    const png = await grain(3).png().toBuffer();
    const data = png.indexOf('IDAT') - 4;
    const inserted = (at: number, type: string, body: Buffer): Buffer =>
      Buffer.concat([png.subarray(0, at), pngChunk(type, body), png.subarray(at)]);
    assert.ok(readSmallPng(inserted(data, 'tEXt', Buffer.from('Author\0me'))) !== undefined);
    for (const type of ['tRNS', 'iCCP', 'eXIf', 'PLTE', 'IHDR', 'abCD'])
      assert.equal(readSmallPng(inserted(data, type, Buffer.alloc(6))), undefined, type);
    const end = png.length - 12;
    const afterText = inserted(end, 'tEXt', Buffer.from('Author\0me'));
    const twice = Buffer.concat([
      afterText.subarray(0, afterText.length - 12),
      pngChunk('IDAT', Buffer.alloc(0)),
      afterText.subarray(afterText.length - 12),
    ]);
    assert.ok(readSmallPng(afterText) !== undefined);
    assert.equal(readSmallPng(twice), undefined, 'pixels behind a text');
  });
});

describe('phash', () => {
  it('is near for a resized, recompressed picture and far for another', async () => {
    const one = await phash(await drawing(1, 300).png().toBuffer());
    assert.match(one, /^[0-9a-f]{16}$/);
    const smaller = await phash(await drawing(1, 300).resize(140, 140).jpeg({ quality: 60 }).toBuffer());
    assert.ok(hammingDistance(one, smaller) <= 4);
    assert.ok(hammingDistance(one, await phash(await drawing(2, 300).png().toBuffer())) > 16);
  });

  it('is the same for pixels, a PNG of ours and a PNG only sharp reads', async () => {
    const { data, info } = await drawing(3, 90).raw().toBuffer({ resolveWithObject: true });
    const expected = await phash({ data, width: info.width, height: info.height, channels: 3 });
    assert.equal(await phash(await drawing(3, 90).png().toBuffer()), expected);
    assert.equal(await phash(await drawing(3, 90).png({ progressive: true }).toBuffer()), expected);
  });

  it('rejects for what is no image', async () => {
    await assert.rejects(phash(Buffer.from('no image')));
  });

  it('measures distances bit by bit', () => {
    assert.equal(hammingDistance('0000000000000000', 'ffffffffffffffff'), 64);
    assert.equal(hammingDistance('8000000000000001', '0000000000000000'), 2);
    assert.equal(hammingDistance('00000000f0000000', '0000000000000000'), 4);
    assert.equal(hammingDistance('00000000F0000000', '00000000f0000000'), 0);
  });

  it('has a distance to other hashes only', () => {
    const hash = '0123456789abcdef';
    for (const other of [
      '',
      '0',
      'no hash at all!!',
      hash.slice(1),
      `${hash}0`,
      `0x${hash.slice(2)}`,
      ` ${hash.slice(1)}`,
    ])
      for (const [one, two] of [
        [hash, other],
        [other, hash],
        [other, other],
      ] as const)
        assert.throws(() => hammingDistance(one, two), {
          name: 'RangeError',
          message: `a hash is 16 hex digits, not '${other}'`,
        });
  });
});

function pngChunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

function pixels(channels: number): Buffer {
  const random = seeded(`grain ${channels}`);
  return Buffer.from(Array.from({ length: width * height * channels }, (_, at) => (at % 200) + random.below(50)));
}

function grain(channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(pixels(channels), { raw: { width, height, channels } });
}

/** Soft blobs, different for every seed. */
function drawing(seed: number, size: number): Sharp {
  const random = seeded(`drawing ${seed}`);
  const blobs = Array.from({ length: 10 }, () => ({
    x: random.unit(),
    y: random.unit(),
    light: random.unit() * 200 - 100,
  }));
  const data = Buffer.alloc(size * size * 3);
  for (let at = 0; at < size * size; at++) {
    const [x, y] = [(at % size) / size, Math.floor(at / size) / size];
    const value = blobs.reduce(
      (sum, blob) => sum + blob.light * Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) * 60),
      128,
    );
    data.fill(Math.max(0, Math.min(255, value)), at * 3, at * 3 + 3);
  }
  return sharp(data, { raw: { width: size, height: size, channels: 3 } });
}
