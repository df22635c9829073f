import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failureOf } from '@dataset-runner/core/plugin';
import { filesOf, type Listed, type Shard, shardsOf } from '../src/classify/shards.ts';

async function* pages(...listed: (readonly Listed[])[]): AsyncGenerator<readonly Listed[]> {
  yield* listed;
}

function file(key: string, version = '1'): Listed {
  return { key, size: 100 + key.length, version };
}

async function shards(listing: AsyncIterable<readonly Listed[]>): Promise<Shard[]> {
  const found: Shard[] = [];
  for await (const shard of shardsOf('./images', listing)) found.push(shard);
  return found;
}

const bin = (minute: number): string => `D20220522T00${String(minute).padStart(2, '0')}00_IFCB134`;

describe('shards of a listing', () => {
  it('are whole bins, by the names of the images, old names too; what is no PNG is passed over', async () => {
    const found = await shards(
      pages(
        [
          file(`${bin(1)}/${bin(1)}_00002.png`),
          file(`${bin(1)}/${bin(1)}_00001.png`),
          file(`${bin(1)}/${bin(1)}_ml.csv`),
        ],
        [file(`${bin(1)}/${bin(1)}_00003.PNG`), file('old/IFCB107D20151109T221417P00789.png'), file('other.png')],
      ),
    );
    assert.deepEqual(
      found.map(({ key, isBin, prefix, count }) => [key, isBin, prefix, count]),
      [
        [bin(1), true, `${bin(1)}/${bin(1)}_0000`, 3],
        ['D20151109T221417_IFCB107', true, 'old/IFCB107D20151109T221417P00789.png', 1],
        ['00000', false, 'other.png', 1],
      ],
    );
    assert.deepEqual(filesOf(found[0]!)[1], {
      $type: 'file',
      store: './images',
      key: `${bin(1)}/${bin(1)}_00002.png`,
      size: 100 + bin(1).length * 2 + 11,
    });
  });

  it('change when an image is another one, and not when it is listed in another order', async () => {
    const [a, b] = [file(`${bin(1)}_00001.png`), file(`${bin(1)}_00002.png`)];
    const [one] = await shards(pages([a, b]));
    const [other] = await shards(pages([b], [a]));
    const [changed] = await shards(pages([a, file(b.key, '2')]));
    assert.deepEqual(one, other);
    assert.notEqual(one?.listing, changed?.listing);
    assert.equal(one?.files, changed?.files);
  });

  it('name a bin that is listed in two places', async () => {
    const scattered = pages([file(`${bin(1)}_00001.png`), file(`${bin(2)}_00001.png`), file(`${bin(1)}_00002.png`)]);
    await assert.rejects(shards(scattered), (error) => failureOf(error)?.code === 'ifcb.listing-scattered');
  });

  it('take images of no bin wherever they are listed, before and behind folders and bins', async () => {
    const keys = ['a.png', `${bin(1)}_00001.png`, 'c.png', 'sub/a.png', 'sub/deep/a.png', 'sub/z.png', 'z.png'];
    const found = await shards(pages(keys.map((key) => file(key))));
    assert.deepEqual(
      found.map(({ key, count }) => `${key} ${count}`),
      ['00000 1', `${bin(1)} 1`, '00001 1', 'sub/00000 1', 'sub/deep/00000 1', 'sub/00001 1', '00002 1'],
    );
  });

  it('name a bin whose images lie in two folders, and both folders', async () => {
    const twice = pages([file(`x/${bin(1)}_00001.png`), file(`y/${bin(1)}_00002.png`)]);
    await assert.rejects(shards(twice), /ifcb\.bin-duplicate: .*lies in 'x\/' and in 'y\/'/);
  });

  it('of a million images take no more memory than those of a hundred thousand', async function () {
    this.timeout(60_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    async function* million(): AsyncGenerator<readonly Listed[]> {
      for (let page = 0; page < 1_000; page++) {
        const name = `D2022${String(101 + page).padStart(4, '0')}`;
        yield Array.from({ length: 1_000 }, (_, at) => file(`${name}/image_${String(at).padStart(5, '0')}.png`));
      }
    }
    const heapMb: number[] = [];
    let [count, images] = [0, 0];
    for await (const shard of shardsOf('./images', million())) {
      images += shard.count;
      if (++count % 100 !== 0) continue;
      collect();
      heapMb.push(process.memoryUsage().heapUsed / 1e6);
    }
    assert.deepEqual([count, images, heapMb.length], [1_000, 1_000_000, 10]);
    assert.ok(
      heapMb[9]! - heapMb[0]! < 2,
      `heap in MB, every 100,000 images: ${heapMb.map((mb) => mb.toFixed(1)).join(' ')}`,
    );
  });
});
