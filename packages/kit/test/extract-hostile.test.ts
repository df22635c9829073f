import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Archive, type ArchiveOptions, openArchive } from '../src/extract.ts';
import { tarBytes, type TarPart, zipBytes, type ZipPart, type ZipShape } from './support/archive-bytes.ts';
import { failingText } from './support/failing.ts';
import { tempFolder } from './support/temp-folder.ts';

/** Opens bytes as an archive called `a` and reads all of it. */
async function readAll(
  bytes: Uint8Array,
  options: ArchiveOptions = {},
): Promise<{ report: Archive['report']; files: Record<string, string> }> {
  await using folder = await tempFolder();
  const path = join(folder.path, 'archive');
  await writeFile(path, bytes);
  await using archive = await openArchive(path, { name: 'a', ...options });
  const files: Record<string, string> = {};
  for await (const entry of archive.entries()) files[entry.key] = Buffer.from(await entry.bytes()).toString();
  return { report: archive.report, files };
}

const zip = (parts: readonly ZipPart[], shape?: ZipShape): Promise<string> =>
  failingText(readAll(zipBytes(parts, shape)));
const tar = (parts: readonly TarPart[]): Promise<string> => failingText(readAll(tarBytes(parts)));

describe('a hostile name', () => {
  const table: readonly (readonly [name: string, words: string])[] = [
    ['../evil', 'leads out of its folder with ..'],
    ['a/../../evil', 'leads out of its folder with ..'],
    ['/etc/evil', 'has an absolute path'],
    ['C:/evil', 'begins with a drive letter'],
    ['..\\evil', 'has a backslash in its name'],
    ['a\u0000b', 'has control characters in its name'],
    ['a\u001b[31m', 'has control characters in its name'],
  ];
  for (const [name, words] of table) {
    it(`${JSON.stringify(name)} refuses a zip`, async () => {
      const text = await zip([{ name: 'good.txt' }, { name }]);
      assert.match(text, /^kit\.entry-name/);
      assert.ok(text.includes(words), text);
    });
    if (name.includes('\u0000')) continue; // ends a name in a tar header
    it(`${JSON.stringify(name)} refuses a tar`, async () => {
      const text = await tar([{ name: 'good.txt' }, { name }]);
      assert.match(text, /^kit\.entry-name/);
      assert.ok(text.includes(words), text);
    });
  }

  it('is refused even as junk, and when it is empty', async () => {
    assert.match(await zip([{ name: '__MACOSX/../../x' }]), /with \.\./);
    assert.match(await zip([{ name: '' }]), /has an empty name/);
    assert.match(await zip([{ name: '.' }]), /has an empty name/);
  });

  it('is escaped in the message, so no terminal obeys it', async () => {
    assert.equal(
      await zip([{ name: 'a\u001b[2J\n' }]),
      "kit.entry-name: a: the entry 'a\\u{1b}[2J\\u{a}' has control characters in its name",
    );
    const reordered = await zip([{ name: '../\u202Egpj.exe', flags: 0x800 }]);
    assert.ok(reordered.includes('\\u{202e}gpj.exe'), reordered);
  });

  it('that only Windows cannot hold is a warning elsewhere and refused there', async () => {
    const bytes = zipBytes([{ name: 'con.png' }, { name: 'a:b' }, { name: 'x/trail. /y' }]);
    const { report } = await readAll(bytes, { platform: 'linux' });
    assert.deepEqual(report.warnings, [
      "'con.png' is a device name on Windows",
      "'a:b' has a character that Windows does not allow",
      "'x/trail. /y' ends with a dot or a space, which Windows drops",
    ]);
    assert.match(
      await failingText(readAll(bytes, { platform: 'win32' })),
      /^kit\.entry-name: a: the entry 'con\.png' is a device name/,
    );
  });
});

describe('two entries that would be one file', () => {
  const table: readonly (readonly [first: string, second: string, words: string])[] = [
    ['c/a.png', 'c/a.png', 'have the same name'],
    ['c/A.png', 'c/a.png', 'differ only in letter case'],
    ['c/caf\u00e9', 'c/cafe\u0301', 'differ only in their Unicode form'],
    ['a', 'a/b', 'make one name a file and a folder'],
    ['a/b', 'a', 'are a file and a folder of one name'],
    ['a/', 'A', 'are a file and a folder of one name'],
    ['./a', 'a', 'have the same name'],
    ['a//b', 'a/./b', 'have the same name'],
  ];
  for (const [first, second, words] of table) {
    it(`refuse an archive: ${JSON.stringify(first)} and ${JSON.stringify(second)}`, async () => {
      const names = [
        { name: first, flags: 0x800 },
        { name: second, flags: 0x800 },
      ];
      for (const text of [await zip(names), await tar(names)]) {
        assert.match(text, /^kit\.entry-collision/);
        assert.ok(text.endsWith(words), text);
      }
    });
  }
});

describe('an entry that is neither file nor folder', () => {
  it('refuses a zip, whatever else is in it', async () => {
    assert.equal(
      await zip([{ name: 'link', data: '/etc', mode: 0o120777 }]),
      "kit.entry-kind: a: the entry 'link' is a symbolic link",
    );
    assert.match(await zip([{ name: 'x', mode: 0o060644 }]), /is a device$/);
  });

  it('refuses a tar', async () => {
    const kinds = {
      1: 'hard link',
      2: 'symbolic link',
      3: 'device',
      4: 'device',
      6: 'fifo',
      S: 'thing of unknown type',
    };
    for (const [type, kind] of Object.entries(kinds)) {
      assert.equal(await tar([{ name: 'x', type, link: '../y' }]), `kit.entry-kind: a: the entry 'x' is a ${kind}`);
    }
  });

  it('is left out and counted where links are, and never made', async () => {
    const bytes = tarBytes([
      { name: 'x', type: '2', link: '/etc/passwd' },
      { name: 'y', data: 'yes' },
    ]);
    const { report, files } = await readAll(bytes, { links: 'leave-out' });
    assert.deepEqual(files, { y: 'yes' });
    assert.equal(report.links, 1);
  });
});

describe('a bomb', () => {
  const zeros = Buffer.alloc(40 * 2 ** 20);

  it('is refused by its ratio before anything is unpacked', async () => {
    assert.match(
      await zip([{ name: 'z', data: zeros, deflate: true }]),
      /^kit\.archive-limit: a passes maxRatio: 10\d\d where 200 is allowed \(at 'z'\)/,
    );
  });

  it('made of entries that share their bytes is refused', async () => {
    const text = await zip([
      { name: 'a', data: 'bytes' },
      { name: 'b', data: 'bytes', sameBytesAs: 0 },
    ]);
    assert.equal(text, "kit.entry-overlap: a: the entries 'a' and 'b' overlap");
  });

  it('in a tar.gz is refused while it is unpacked', async () => {
    const text = await failingText(readAll(gzipSync(tarBytes([{ name: 'z', data: zeros }]))));
    assert.match(text, /^kit\.archive-limit: a passes maxRatio/);
  });

  it('that lies about its size stops at the size it told', async () => {
    const text = await zip([{ name: 'z', data: Buffer.alloc(900_000), deflate: true, size: 10 }]);
    assert.equal(text, "kit.entry-corrupt: a: the entry 'z' is corrupt: it unpacks to more than its 10 bytes");
  });

  it('of names is refused by the limit it passes, which the failure names', async () => {
    const files = [{ name: 'a/b' }, { name: 'b' }, { name: 'c' }];
    const limited = (limits: ArchiveOptions['limits']): Promise<string> =>
      failingText(readAll(zipBytes(files), { limits: limits ?? {} }));
    assert.match(await limited({ maxEntries: 2 }), /passes maxEntries: 3 where 2 is allowed/);
    assert.match(await limited({ maxDepth: 0 }), /passes maxDepth: 1 where 0/);
    assert.match(await limited({ maxPathBytes: 2 }), /passes maxPathBytes: 3 where 2/);
    assert.match(await zip([{ name: 'x'.repeat(256) }]), /passes maxNameBytes: 256 where 255/);
    assert.match(
      await failingText(readAll(tarBytes([{ name: 'a', data: '123' }]), { limits: { maxTotalBytes: 2 } })),
      /passes maxTotalBytes: 3/,
    );
  });
});

describe('a broken archive', () => {
  const good = zipBytes([{ name: 'a.txt', data: 'hello hello hello', deflate: true }]);

  it('that is cut anywhere is refused', async () => {
    for (let length = 1; length < good.length; length += 1) {
      assert.match(await failingText(readAll(good.subarray(0, length))), /^kit\.(archive|entry)-/);
    }
    const whole = tarBytes([{ name: 'a', data: 'x'.repeat(600) }]);
    assert.equal(
      await failingText(readAll(whole.subarray(0, 700))),
      'kit.archive-damaged: a is damaged: Unexpected end of data',
    );
    assert.match(
      await failingText(readAll(gzipSync(whole).subarray(0, 60))),
      /^kit\.archive-damaged: a is damaged: unexpected end of file/,
    );
  });

  it('with any byte of its end or directory changed never crashes the reader', async () => {
    for (let at = 0; at < good.length; at += 1) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      // A changed date is no damage; everything else must end in a failure of the catalogue.
      await readAll(changed).catch((error: unknown) => failingText(Promise.reject(error as Error)));
    }
  });

  it('with a wrong checksum names the entry', async () => {
    assert.match(
      await zip([{ name: 'a', data: 'x', crc32: 1 }]),
      /^kit\.entry-corrupt: a: the entry 'a' is corrupt: its CRC-32 is 8cdc1683 instead of 00000001/,
    );
  });

  it('whose local header tells another name is refused', async () => {
    assert.match(
      await zip([{ name: 'safe.txt', data: 'x', localName: 'evil.txt' }]),
      /another name than the directory/,
    );
  });

  it('that two readers could read differently is refused', async () => {
    const inner = zipBytes([{ name: 'other' }]).subarray(-22);
    assert.match(await zip([{ name: 'a' }], { comment: inner.toString('latin1') }), /two ends of its directory/);
    assert.match(await zip([{ name: 'a' }], { count: 2 }), /^kit\.archive-damaged/);
  });

  it('that is encrypted, in volumes or of an unknown method is refused by name', async () => {
    assert.equal(
      await zip([{ name: 'a', flags: 1 }]),
      "kit.archive-unsupported: a cannot be read: the entry 'a' is encrypted",
    );
    assert.match(await zip([{ name: 'a' }], { disk: 1 }), /it is one of several volumes/);
    assert.match(await zip([{ name: 'a', method: 12 }]), /is packed with method 12/);
  });

  it('that is none says what it is', async () => {
    const text = (bytes: string): Promise<string> => failingText(readAll(Buffer.from(bytes)));
    assert.equal(
      await text('<!DOCTYPE html><title>Sign in</title>'),
      'kit.archive-unknown: a is no zip or tar archive but an HTML page titled "Sign in"',
    );
    assert.equal(await text(''), 'kit.archive-unknown: a is no zip or tar archive but nothing at all (0 bytes)');
    const table = await failingText(readAll(gzipSync('just,a,table\n'.repeat(100))));
    assert.match(
      table,
      /^kit\.archive-unknown: a is no zip or tar archive but a gzip file of a text: just,a,table just/,
    );
  });
});
