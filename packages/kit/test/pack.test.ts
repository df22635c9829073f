import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { skip } from '../../../test/support/skip.ts';
import { openArchive } from '../src/extract.ts';
import { joinBytes } from '../src/extract/reader.ts';
import { type PackEntry, packTar, packZip } from '../src/pack.ts';
import { failingText } from './support/failing.ts';
import { listed } from './support/listed.ts';
import { tempFolder } from './support/temp-folder.ts';

const run = promisify(execFile);

const text = (key: string, bytes: string): PackEntry => ({ key, bytes: Buffer.from(bytes) });
const some: PackEntry[] = [text('a/1.txt', 'one'), text('a/2.txt', ''), text('b\u00e9.txt', 'two '.repeat(1000))];

async function* pieces(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(bytes, at);
}

/** Reads an archive back with our own reader, all checksums verified. */
async function readBack(bytes: Uint8Array): Promise<Record<string, string>> {
  await using folder = await tempFolder();
  await writeFile(join(folder.path, 'x'), bytes);
  await using archive = await openArchive(join(folder.path, 'x'));
  const files: Record<string, string> = {};
  for await (const entry of archive.entries()) files[entry.key] = Buffer.from(await entry.bytes()).toString('latin1');
  return files;
}

const kinds = {
  'a stored zip': (entries: Parameters<typeof packZip>[0]) => packZip(entries),
  'a deflated zip': (entries: Parameters<typeof packZip>[0]) => packZip(entries, { level: 6 }),
  'a tar': (entries: Parameters<typeof packZip>[0]) => packTar(entries),
  'a tar.gz': (entries: Parameters<typeof packZip>[0]) => packTar(entries, { gzipLevel: 6 }),
};

for (const [kind, pack] of Object.entries(kinds)) {
  // A compressor that makes a block of many zeros has to take many of them.
  const most = kind === 'a tar.gz' || kind === 'a deflated zip' ? 100 : 5;
  describe(`packing ${kind}`, () => {
    it('gives an archive that reads back the same', async () => {
      assert.deepEqual(await readBack(await joinBytes(pack(some))), {
        'a/1.txt': 'one',
        'a/2.txt': '',
        'b\u00e9.txt': 'two '.repeat(1000),
      });
    });

    it('gives the same bytes however they come in, on every run', async () => {
      const whole = await joinBytes(
        pack([{ key: 'a', bytes: Buffer.concat([Buffer.alloc(1000, 0), Buffer.alloc(1000, 1)]) }]),
      );
      const streamed = await joinBytes(pack([{ key: 'a', bytes: () => pieces(2, 1000) }]));
      assert.equal(Buffer.compare(whole, streamed), 0);
    });

    it('streams what is large', async () => {
      const files = await readBack(
        await joinBytes(pack([{ key: 'a', size: 12_000_000, bytes: () => pieces(12, 1_000_000) }, text('b', 'after')])),
      );
      assert.deepEqual([files['a']?.length, files['b']], [12_000_000, 'after']);
    });

    it('refuses keys that do not rise, wrong sizes and unsafe names', async () => {
      const packed = (...entries: PackEntry[]): Promise<string> => failingText(joinBytes(pack(entries)));
      assert.equal(await packed(text('b', ''), text('a', '')), "kit.pack-order: 'a' comes after 'b'");
      assert.equal(await packed(text('a', ''), text('a', '')), "kit.pack-order: 'a' comes after 'a'");
      assert.match(await packed(text('A', ''), text('a', '')), /^kit\.entry-collision: .* differ only in letter case/);
      assert.match(await packed(text('../a', '')), /^kit\.entry-name: .* leads out/);
      assert.match(await packed(text('a//b', '')), /^kit\.entry-name: .* is not a plain relative path/);
      assert.equal(
        await packed({ key: 'a', size: 3, bytes: Buffer.from('1234') }),
        "kit.pack-size: 'a' should have 3 bytes and brought 4",
      );
      assert.match(await packed({ key: 'a', size: 10_000_001, bytes: () => pieces(10, 1_000_000) }), /^kit\.pack-size/);
      assert.match(await packed({ key: 'a', size: 9_000_000, bytes: () => pieces(10, 1_000_000) }), /^kit\.pack-size/);
    });

    it('passes on what goes wrong in an entry', async () => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield* pieces(9, 1_000_000);
        throw new Error('the disk went away');
      }
      await assert.rejects(joinBytes(pack([{ key: 'a', size: 10_000_000, bytes: broken }])), /the disk went away/);
    });

    it('reads no further than it is read, and lets go when it is left', async () => {
      let begun = 0;
      async function* entries(): AsyncGenerator<PackEntry> {
        for (let at = 0; at < 200; at += 1) {
          begun += 1;
          yield { key: String(at).padStart(4, '0'), bytes: Buffer.alloc(1_000_000, at) };
        }
      }
      for await (const block of pack(entries())) if (block.length > 0) break;
      assert.ok(begun < most, `${begun} entries were taken for one block`);
    });
  });
}

describe('a packed archive', () => {
  it('keeps a colon in a name, or refuses the name, but never changes it', async () => {
    assert.deepEqual(Object.keys(await readBack(await joinBytes(packZip([text('scan:1', '')])))), ['scan:1']);
    assert.deepEqual(Object.keys(await readBack(await joinBytes(packTar([text('scan:1', '')])))), ['scan:1']);
    assert.match(await failingText(joinBytes(packZip([text('scan:1', '')], { level: 1 }))), /^kit\.entry-name/);
  });

  it('is the same in another time zone and process', async () => {
    const code = `
      const { packZip, packTar } = await import(${JSON.stringify(fileURLToPath(new URL('../src/pack.ts', import.meta.url)))});
      const hash = (await import('node:crypto')).createHash('sha256');
      const entries = [{ key: 'a', bytes: Buffer.from('x'.repeat(9999)) }];
      const modified = new Date(Date.UTC(2024, 6, 1, 12));
      for (const pack of [packZip(entries), packZip(entries, { level: 9, modified }), packTar(entries, { modified }), packTar(entries, { gzipLevel: 1 })])
        for await (const block of pack) hash.update(block);
      process.stdout.write(hash.digest('hex'));`;
    const inZone = async (zone: string): Promise<string> =>
      (
        await run(process.execPath, ['--conditions=source', '--input-type=module', '-e', code], {
          env: { ...process.env, TZ: zone },
        })
      ).stdout;
    const [here, there] = await Promise.all([inZone('UTC'), inZone('Asia/Kathmandu')]);
    assert.equal(here.length, 64);
    assert.equal(here, there);
  });

  it('keeps the time it is given', async () => {
    const modified = new Date(Date.UTC(2024, 1, 29, 13, 37, 42));
    await using folder = await tempFolder();
    for (const pack of [
      packZip(some, { modified }),
      packZip(some, { modified, level: 1 }),
      packTar(some, { modified }),
    ]) {
      await writeFile(join(folder.path, 'x'), await joinBytes(pack));
      await using archive = await openArchive(join(folder.path, 'x'));
      assert.deepEqual(
        new Set((await listed(archive)).map((entry) => entry.modifiedMs)),
        new Set([modified.getTime()]),
      );
    }
    assert.throws(() => packZip(some, { modified: new Date(0) }), /zip keeps times from 1980/);
  });

  it('may hold no file at all', async () => {
    assert.deepEqual(await readBack(await joinBytes(packZip([]))), {});
    assert.deepEqual(await readBack(await joinBytes(packZip([], { level: 5 }))), {});
  });
});

describe('a stored zip is read by others', function () {
  this.timeout(60_000); // foreign programs on a busy machine
  /** Beyond what 16 bits count, and a stream whose length is not told before. */
  async function* many(): AsyncGenerator<PackEntry> {
    for (let at = 0; at < 66_000; at += 1) yield text(`n/${String(at).padStart(6, '0')}`, String(at));
    yield { key: 'o/unknown-length', bytes: pieces(10, 1_000_000) };
    yield { key: 'o/z-known-length', size: 10_000_000, bytes: pieces(10, 1_000_000) };
  }
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;
  before(async () => {
    folder = await tempFolder();
    path = join(folder.path, 'many.zip');
    await writeFile(path, packZip(many()));
  });
  after(async () => folder[Symbol.asyncDispose]());

  const have = (command: string): boolean => {
    try {
      execFileSync(command, ['--version'], { stdio: 'ignore' });
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  };

  it('by Python', async function () {
    if (!have('python3')) skip(this, 'python3 is not installed');
    const code = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))';
    assert.equal((await run('python3', ['-c', code, path])).stdout.trim(), 'None 66002');
  });

  it('by Info-ZIP', async function () {
    if (!have('unzip')) skip(this, 'unzip is not installed');
    assert.match((await run('unzip', ['-tqq', path])).stdout, /^(No errors detected.*)?\s*$/);
  });

  it('by yauzl, and by our own reader', async () => {
    const count = await new Promise<number>((resolve, reject) => {
      yauzl.open(path, (error, file) => {
        if (error) return reject(error);
        file
          .on('entry', () => undefined)
          .on('end', () => resolve(file.entryCount))
          .on('error', reject);
      });
    });
    await using archive = await openArchive(path);
    assert.deepEqual([count, archive.report.entries], [66_002, 66_002]);
    for await (const entry of archive.entries()) await entry.bytes();
  });
});
