import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { extractTo, openArchive, type RandomReader, readZipDirectory } from '../src/extract.ts';
import { tarBytes, zipBytes } from './support/archive-bytes.ts';
import { failingText } from './support/failing.ts';
import { listed } from './support/listed.ts';
import { tempFolder } from './support/temp-folder.ts';

/** Bytes that do not shrink away, the same for the same seed. */
function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, value = seed; at < length; at += 1) {
    value = (value * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[at] = value >> 16;
  }
  return bytes;
}

const small = noise(5000);
const large = noise(3 * 2 ** 20, 2);
const files = [
  { name: 'b/small.png', data: small },
  { name: 'a/deflated.png', data: small, deflate: true },
  { name: 'c/large.bin', data: large },
  { name: 'c/large-deflated.bin', data: large, deflate: true },
  { name: 'empty' },
];

async function fromPieces(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

for (const [format, bytes] of [
  ['zip', zipBytes(files)],
  ['tar', tarBytes(files)],
  ['tar.gz', gzipSync(tarBytes(files))],
] as const) {
  describe(`reading a ${format}`, () => {
    it('hands out every file, in archive order, with its bytes and size, as often as asked', async () => {
      await using folder = await tempFolder();
      await writeFile(join(folder.path, 'x.dat'), bytes);
      await using archive = await openArchive(join(folder.path, 'x.dat'));
      assert.deepEqual(archive.report, {
        format,
        entries: 5,
        bytes: 10_000 + 6 * 2 ** 20,
        junk: 0,
        links: 0,
        warnings: [],
      });
      for (const whole of [true, false]) {
        let at = 0;
        for await (const entry of archive.entries()) {
          const file = files[at];
          at += 1;
          assert.equal(entry.key, file?.name);
          const data = whole ? await entry.bytes() : await fromPieces(await entry.open());
          assert.equal(Buffer.compare(data, file?.data ?? Buffer.alloc(0)), 0, entry.key);
          assert.equal(entry.size, data.length);
          if (format === 'zip') assert.equal(entry.crc32, crc32(data));
        }
        assert.equal(at, 5);
      }
    });

    it('lets entries be skipped or left half read', async () => {
      await using folder = await tempFolder();
      await writeFile(join(folder.path, 'x'), bytes);
      await using archive = await openArchive(join(folder.path, 'x'));
      const seen: string[] = [];
      for await (const entry of archive.entries()) {
        seen.push(entry.key);
        if (entry.size < 10_000) continue;
        for await (const piece of await entry.open()) if (piece.length > 0) break;
      }
      assert.equal(seen.length, 5);
    });
  });
}

describe('an entry', () => {
  it('of a zip or tar is had by its key, in any order and side by side', async () => {
    await using folder = await tempFolder();
    for (const bytes of [zipBytes(files), tarBytes(files)]) {
      await writeFile(join(folder.path, 'x'), bytes);
      await using archive = await openArchive(join(folder.path, 'x'));
      const keys = files.map((file) => file.name).reverse();
      const all = await Promise.all(keys.map(async (key) => archive.get?.(key)?.bytes()));
      for (const [at, key] of keys.entries()) {
        const data = files.find((file) => file.name === key)?.data ?? Buffer.alloc(0);
        assert.equal(Buffer.compare(all[at] ?? Buffer.from('?'), data), 0, key);
      }
      assert.equal(archive.get?.('nowhere'), undefined);
    }
  });

  it('of a tar.gz that has gone by cannot be opened, and says so', async () => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x'), gzipSync(tarBytes(files)));
    await using archive = await openArchive(join(folder.path, 'x'));
    assert.ok(!('get' in archive));
    const [first] = await listed(archive);
    await assert.rejects(
      async () => first?.open(),
      /'b\/small\.png' of a streamed tar can be opened once, and only before/,
    );
  });

  it('keeps its bytes when they are changed or transferred while its neighbours are read', async () => {
    await using folder = await tempFolder();
    for (const deflate of [false, true]) {
      await writeFile(
        join(folder.path, 'x'),
        zipBytes(['aaaa', 'bbbb', 'cccc'].map((data) => ({ name: data.slice(0, 1), data, deflate }))),
      );
      await using archive = await openArchive(join(folder.path, 'x'));
      const [a, b, c] = await listed(archive);
      const first = await a?.bytes();
      structuredClone(first?.buffer, { transfer: first === undefined ? [] : [first.buffer as ArrayBuffer] });
      (await b?.bytes())?.fill(0);
      assert.equal(Buffer.from((await c?.bytes()) ?? []).toString(), 'cccc');
      assert.equal(Buffer.from((await b?.bytes()) ?? []).toString(), 'bbbb');
    }
  });

  it('has the time of its zip as UTC, or the exact one where a tool recorded it', async () => {
    await using folder = await tempFolder();
    const unixTime = Buffer.from([0x55, 0x54, 5, 0, 1, 0, 0xca, 0x9a, 0x3b]); // 'UT': mtime 1,000,000,000
    await writeFile(join(folder.path, 'x'), zipBytes([{ name: 'dos' }, { name: 'unix', extra: unixTime }]));
    await using archive = await openArchive(join(folder.path, 'x'));
    assert.deepEqual(
      (await listed(archive)).map((entry) => entry.modifiedMs),
      [Date.UTC(1980, 0, 1), 1e12],
    );
  });
});

describe('names', () => {
  const keysOf = async (bytes: Uint8Array, nameEncoding?: string): Promise<string[]> => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x'), bytes);
    await using archive = await openArchive(join(folder.path, 'x'), nameEncoding === undefined ? {} : { nameEncoding });
    return (await listed(archive)).map((entry) => entry.key);
  };
  const latin1 = Buffer.from('sp\u00e9cies', 'latin1');

  it('are UTF-8 where that is valid, else cp437, else what is asked for', async () => {
    for (const build of [zipBytes, tarBytes]) {
      assert.deepEqual(await keysOf(build([{ name: 'esp\u00e8ce' }])), ['esp\u00e8ce']);
      assert.deepEqual(await keysOf(build([{ name: latin1 }])), ['sp\u0398cies']);
      assert.deepEqual(await keysOf(build([{ name: latin1 }]), 'windows-1252'), ['sp\u00e9cies']);
    }
  });

  it('marked as UTF-8 must be UTF-8', async () => {
    assert.match(
      await failingText(keysOf(zipBytes([{ name: latin1, flags: 0x800 }]))),
      /the entry '#1' has a name that is not valid in its encoding/,
    );
  });

  it('come from the Unicode path field while it belongs to the name', async () => {
    const field = (of: string): Buffer => {
      const data = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from('\u73ea\u85fb')]);
      data.writeUInt32LE(crc32(of), 1);
      return Buffer.concat([Buffer.from([0x75, 0x70, data.length, 0]), data]);
    };
    assert.deepEqual(
      await keysOf(
        zipBytes([
          { name: 'old', extra: field('old') },
          { name: 'new', extra: field('old') },
        ]),
      ),
      ['\u73ea\u85fb', 'new'],
    );
  });
});

describe('a zip behind a random access reader', () => {
  /** Counts what a remote store would be asked for. */
  function counting(bytes: Buffer): RandomReader & { readonly reads: [number, number][] } {
    const reads: [number, number][] = [];
    return {
      size: bytes.length,
      reads,
      async read(start, end) {
        reads.push([start, end]);
        return Buffer.from(bytes.subarray(start, end));
      },
    };
  }

  it('costs two reads to open and one exact read for one entry', async () => {
    const bytes = zipBytes(Array.from({ length: 500 }, (_, at) => ({ name: `${at}.png`, data: noise(4000, at + 1) })));
    const reader = counting(bytes);
    const archive = await readZipDirectory(reader);
    assert.equal(reader.reads.length, 2);
    await archive.get('250.png')?.bytes();
    assert.equal(reader.reads.length, 3);
    const [start = 0, end = 0] = reader.reads[2] ?? [];
    assert.ok(end - start < 4100, `${end - start} bytes were read`);
  });

  it('is read in few large pieces by who goes through it in order', async () => {
    const bytes = zipBytes(Array.from({ length: 500 }, (_, at) => ({ name: `${at}.png`, data: noise(4000, at + 1) })));
    const reader = counting(bytes);
    const archive = await readZipDirectory(reader);
    for (const entry of await listed(archive)) await entry.bytes();
    assert.ok(reader.reads.length < 12, `${reader.reads.length} reads for 500 entries`);
  });

  it('is damaged when the reader runs short', async () => {
    const reader = { ...counting(zipBytes(files)), read: async () => Buffer.alloc(3) };
    assert.match(
      await failingText(readZipDirectory(reader, { name: 'far.zip' })),
      /^kit\.archive-damaged: far\.zip is damaged: it ends after/,
    );
  });
});

describe('extracting to a folder', () => {
  it('writes all files below a new folder and nothing beside it', async () => {
    await using folder = await tempFolder();
    const archive = join(folder.path, 'x.zip');
    await writeFile(
      archive,
      zipBytes([...files, { name: 'folder/' }, { name: '__MACOSX/._x' }], {
        prefix: Buffer.from('#!self-extractor\n'),
      }),
    );
    const report = await extractTo(archive, join(folder.path, 'deep', 'out'));
    assert.deepEqual([report.entries, report.junk], [5, 1]);
    assert.deepEqual(await readdir(join(folder.path, 'deep')), ['out']);
    assert.equal(Buffer.compare(await readFile(join(folder.path, 'deep/out/c/large-deflated.bin')), large), 0);
  });

  it('leaves nothing when an entry is corrupt, however late', async () => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x.zip'), zipBytes([...files, { name: 'z', data: 'x', crc32: 7 }]));
    assert.match(
      await failingText(extractTo(join(folder.path, 'x.zip'), join(folder.path, 'out'))),
      /^kit\.entry-corrupt/,
    );
    assert.deepEqual(await readdir(folder.path), ['x.zip']);
  });

  it('never writes into a folder that has something in it', async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, 'out'));
    await writeFile(join(folder.path, 'x.zip'), zipBytes(files));
    await extractTo(join(folder.path, 'x.zip'), join(folder.path, 'out'));
    assert.match(
      await failingText(extractTo(join(folder.path, 'x.zip'), join(folder.path, 'out'))),
      /^kit\.folder-exists/,
    );
    assert.match(
      await failingText(extractTo(join(folder.path, 'x.zip'), join(folder.path, 'x.zip'))),
      /^kit\.folder-exists/,
    );
  });

  it('stops when it is aborted, and cleans up', async () => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x.zip'), zipBytes(files));
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(extractTo(join(folder.path, 'x.zip'), join(folder.path, 'out'), { signal }), /enough/);
    assert.deepEqual(await readdir(folder.path), ['x.zip']);
  });

  it('drops set-id bits and says so', async () => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x.tar'), tarBytes([{ name: 'suid', mode: 0o6755 }]));
    const report = await extractTo(join(folder.path, 'x.tar'), join(folder.path, 'out'));
    assert.deepEqual(report.warnings, ["'suid': its setuid and setgid bits are dropped"]);
  });

  it('warns when a tar has no end mark, for it may be cut between two files', async () => {
    await using folder = await tempFolder();
    await writeFile(join(folder.path, 'x.tar'), tarBytes([{ name: 'a' }], { end: 'missing' }));
    assert.match(
      (await extractTo(join(folder.path, 'x.tar'), join(folder.path, 'out'))).warnings.join(),
      /may have been cut short/,
    );
  });
});
