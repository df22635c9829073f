import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { blocksOf, sizedBlocks, type Block } from '../../src/storage/drivers/blocks.ts';
import { crc32c, crc32cText } from '../../src/storage/drivers/crc32c.ts';

describe('the blocks of a large file', () => {
  const bytes = randomBytes(1000);

  async function* pieces(pieceBytes: number, source = bytes): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < source.length; at += pieceBytes) yield source.subarray(at, at + pieceBytes);
  }

  async function all(blocks: AsyncIterable<Block>): Promise<Block[]> {
    const found: Block[] = [];
    for await (const block of blocks) found.push(block);
    return found;
  }

  it('hold every byte once, whatever the pieces are', async () => {
    for (const pieceBytes of [1, 7, 100, 300, 999, 1000, 5000]) {
      for (const blockBytes of [1, 10, 250, 300, 999, 1000, 1001]) {
        for (const body of [bytes, pieces(pieceBytes)]) {
          const blocks = await all(blocksOf(body, blockBytes));
          assert.equal(Buffer.compare(Buffer.concat(blocks.map((block) => block.bytes)), bytes), 0);
          assert.ok(blocks.slice(0, -1).every((block) => block.bytes.length === blockBytes && !block.isLast));
          assert.equal(blocks.at(-1)?.isLast, true);
          assert.deepEqual(
            blocks.map(({ index, start }) => [index, start]),
            blocks.map((_, n) => [n, n * blockBytes]),
          );
        }
      }
    }
  });

  it('are one empty block when there is nothing', async () => {
    for (const body of [new Uint8Array(), pieces(10, Buffer.alloc(0))]) {
      const blocks = await all(blocksOf(body, 10));
      assert.deepEqual(
        blocks.map((block) => [block.bytes.length, block.isLast]),
        [[0, true]],
      );
    }
  });

  it('keep their bytes while later ones are filled', async () => {
    const held = await all(blocksOf(pieces(33), 100));
    held.forEach((block) =>
      assert.deepEqual(block.bytes, bytes.subarray(block.start, block.start + block.bytes.length)),
    );
  });

  it('are refused when there are more or fewer bytes than announced, before the last one is given', async () => {
    for (const body of [() => bytes, () => pieces(33)]) {
      assert.equal((await all(sizedBlocks(body(), 1000, 300))).length, 4);
      for (const [announced, whole] of [
        [999, 3],
        [900, 2],
        [1001, 3],
        [0, 0],
      ] as const) {
        const given: Block[] = [];
        const read = async (): Promise<void> => {
          for await (const block of sizedBlocks(body(), announced, 300)) given.push(block);
        };
        await assert.rejects(read(), { kind: 'corrupt' });
        assert.equal(given.length, whole, `announced ${announced}`);
      }
    }
    const [empty] = await all(sizedBlocks(pieces(10, Buffer.alloc(0)), 0, 300));
    assert.equal(empty?.bytes.length, 0);
  });

  it('lie in few buffers when they are given back', async () => {
    const buffers = new Set<ArrayBufferLike>();
    for await (const block of blocksOf(pieces(33), 100)) {
      assert.deepEqual(block.bytes, bytes.subarray(block.start, block.start + 100));
      buffers.add(block.bytes.buffer);
      block.release();
      block.release();
    }
    assert.ok(buffers.size <= 4, `${buffers.size} buffers for 10 blocks`);
  });

  it('end with the error of their source', async () => {
    const failing = async function* () {
      yield bytes;
      throw new Error('the source failed');
    };
    await assert.rejects(all(blocksOf(failing(), 300)), /the source failed/);
  });
});

describe('CRC32C', () => {
  it('is that of RFC 3720', () => {
    const cases: readonly [bytes: Uint8Array, crc: number][] = [
      [Buffer.from('123456789'), 0xe3069283],
      [Buffer.alloc(32, 0), 0x8a9136aa],
      [Buffer.alloc(32, 255), 0x62a8ab43],
      [Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
      [new Uint8Array(), 0],
    ];
    for (const [bytes, crc] of cases) assert.equal(crc32c(bytes), crc);
    assert.equal(crc32cText(crc32c(Buffer.from('123456789'))), '4waSgw==');
  });

  it('goes on from what came before', () => {
    const bytes = randomBytes(1000);
    for (const cut of [0, 1, 3, 4, 500, 999, 1000])
      assert.equal(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))), crc32c(bytes));
  });
});
