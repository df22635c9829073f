import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { packTar, packZip } from '../src/pack.ts';
import { readArchive, streamArchive } from '../src/extract.ts';
import { openRemoteFile, type RemoteFileOptions } from '../src/remote-file.ts';
import { failing } from './support/failing.ts';
import { listed } from './support/listed.ts';
import { type Loopback, loopback, plainFetch } from './support/loopback.ts';

const body = Buffer.alloc(300_000, 'a file that stays where it is; ');

interface Faults {
  /** The versions served, in the order they are asked for. */
  readonly versions?: readonly Buffer[];
  /** Where the answers are cut, in order. */
  readonly cuts?: readonly (number | undefined)[];
  readonly busy?: number;
}

/** Knows ranges and If-Range; all its answers are of its kind. */
async function serving({ versions = [body], cuts = [], busy = 0 }: Faults): Promise<Loopback> {
  let asked = 0;
  return loopback((request, response) => {
    const bytes = versions[Math.min(asked, versions.length - 1)] as Buffer;
    const cut = cuts[asked];
    asked += 1;
    if (asked > 1 && asked <= 1 + busy) return void response.writeHead(503, { 'retry-after': '0' }).end();
    const etag = `"${bytes.length}"`;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const part = range !== null && request.headers['if-range'] === etag;
    const [from, to] = part
      ? [Number(range[1]), range[2] === '' ? bytes.length : Number(range[2]) + 1]
      : [0, bytes.length];
    response.writeHead(part ? 206 : 200, {
      etag,
      'accept-ranges': 'bytes',
      'content-length': to - from,
      ...(part ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
    });
    const sent = bytes.subarray(from, to);
    if (cut === undefined) response.end(sent);
    // What was written is to arrive before the cut.
    else response.write(sent.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  });
}

function options(server: Loopback): RemoteFileOptions {
  return { url: `${server.url}/file`, fetch: plainFetch, firstWaitMs: 1 };
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe('a file on a server', () => {
  it('streams on behind each cut, and asks for no byte twice', async () => {
    await using server = await serving({ cuts: [180_000, 60_000] });
    await using file = await openRemoteFile(options(server));
    assert.ok((await joined(file.stream())).equals(body));
    assert.deepEqual(
      server.requests.map(({ range }) => range?.replace(/=\d+/, '=n')),
      [undefined, 'bytes=n-', 'bytes=n-'],
    );
  });

  it('waits for a server that is busy, and gives up after a while', async () => {
    await using patient = await serving({ cuts: [100_000], busy: 2 });
    await using file = await openRemoteFile(options(patient));
    assert.ok((await joined(file.stream())).equals(body));
    await using server = await serving({ cuts: [100_000], busy: 99 });
    await using other = await openRemoteFile({ ...options(server), patience: 2 });
    assert.equal((await failing(joined(other.stream()))).code, 'kit.download-unavailable');
  });

  it('never mixes two versions, neither streamed nor at random', async () => {
    const newer = Buffer.alloc(310_000, 'another one; ');
    await using cut = await serving({ versions: [body, newer], cuts: [100_000] });
    await using streamed = await openRemoteFile(options(cut));
    assert.equal((await failing(joined(streamed.stream()))).code, 'kit.remote-changed');
    await using server = await serving({ versions: [body, body, newer] });
    await using file = await openRemoteFile(options(server));
    const reader = file.reader();
    assert.ok(Buffer.from(await reader.read(1_000, 2_000)).equals(body.subarray(1_000, 2_000)));
    assert.equal((await failing(reader.read(2_000, 3_000))).code, 'kit.remote-changed');
  });

  it('is a zip whose entries come by ranges', async () => {
    const zip = await joined(
      packZip([
        { key: 'a.txt', bytes: Buffer.from('a') },
        { key: 'b/c.txt', bytes: Buffer.alloc(9_000, 'c') },
      ]),
    );
    await using server = await serving({ versions: [zip] });
    await using file = await openRemoteFile(options(server));
    await using archive = await readArchive(file.reader(), { name: 'far.zip' });
    assert.deepEqual(
      (await listed(archive)).map(({ key }) => key),
      ['a.txt', 'b/c.txt'],
    );
  });
});

describe('a streamed archive', () => {
  const files = [
    { key: 'a.txt', bytes: Buffer.from('a') },
    { key: 'b/c.txt', bytes: Buffer.alloc(9_000, 'c') },
  ];

  for (const [name, pack] of [
    ['tar', {}],
    ['tar.gz', { gzipLevel: 6 }],
  ] as const) {
    it(`of kind ${name} hands out what it holds, in one pass`, async () => {
      const bytes = await joined(packTar(files, pack));
      const stream = streamArchive(pieces(bytes), { head: bytes.subarray(0, 4096), name });
      const seen: string[] = [];
      for await (const entry of stream?.entries() ?? []) seen.push(`${entry.key} ${(await entry.bytes()).length}`);
      assert.deepEqual(seen, ['a.txt 1', 'b/c.txt 9000']);
      assert.deepEqual([stream?.report.entries, stream?.report.format], [2, name]);
    });
  }

  it("may come as one of Node's own streams", async () => {
    const bytes = await joined(packTar(files));
    const stream = streamArchive(Readable.from(pieces(bytes)), { head: bytes.subarray(0, 4096) });
    for await (const entry of stream?.entries() ?? []) await entry.bytes();
    assert.equal(stream?.report.entries, 2);
  });

  it('that ends without its end mark is damaged, even between two members', async () => {
    const bytes = await joined(packTar(files));
    const cut = bytes.subarray(0, 1024);
    const stream = streamArchive(pieces(cut), { head: cut.subarray(0, 512), name: 'cut.tar' });
    const reading = (async () => {
      for await (const entry of stream?.entries() ?? []) await entry.bytes();
    })();
    assert.equal((await failing(reading)).code, 'kit.archive-damaged');
  });

  it('is none when its first bytes are no tar', () => {
    assert.equal(streamArchive(pieces(Buffer.from('<html>')), { head: Buffer.from('<html>') }), undefined);
  });
});

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}
