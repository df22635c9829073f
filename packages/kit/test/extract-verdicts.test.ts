import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { skip } from '../../../test/support/skip.ts';
import { extractTo, openArchive } from '../src/extract.ts';
import { failing, failingText } from './support/failing.ts';
import { listed } from './support/listed.ts';
import { tempFolder } from './support/temp-folder.ts';

const archives = join(process.env['RUNNER_TEST_DATA'] ?? '', 'archives');
const present = process.env['RUNNER_TEST_DATA'] !== undefined && existsSync(archives);

/**
 * Told to be accepted for being recognised by content, but both hold `../evil.txt`, byte for byte the members
 * of tar-dotdot.tar, which is to be refused. They are recognised, and then refused for that name.
 */
const recognisedThenRefused = new Set(['tar-is-gz.tar', 'zip-is-tar.zip']);

interface Verdict {
  readonly verdict: 'accept' | 'reject';
  readonly note: string;
}

function verdicts(folder: string): readonly (readonly [path: string, verdict: Verdict])[] {
  if (!present) return [];
  const table = JSON.parse(readFileSync(join(archives, folder, 'expected.json'), 'utf8')) as Record<string, Verdict>;
  return Object.entries(table).map(([name, verdict]) => [join(archives, folder, name), verdict]);
}

/** Every path below a folder with what it is, links not followed. */
async function tree(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => `${name} ${(await lstat(join(folder, name))).isFile() ? 'file' : 'other'}`),
  );
}

for (const folder of ['generated', 'yauzl']) {
  describe(`the collected archives of ${folder}`, () => {
    before(function () {
      if (!present) skip(this, 'RUNNER_TEST_DATA is not set');
    });
    it('are all here', () => assert.ok(verdicts(folder).length >= 40));

    for (const [path, { verdict, note }] of verdicts(folder)) {
      const refused = verdict === 'reject' || recognisedThenRefused.has(basename(path));
      it(`${refused ? 'refuses' : 'accepts'} ${basename(path)} (${note})`, async () => {
        await using temp = await tempFolder();
        const inner = join(temp.path, 'a', 'b');
        await mkdir(join(temp.path, 'outside'));
        await mkdir(inner, { recursive: true });
        await writeFile(join(temp.path, 'outside', 'victim.txt'), 'untouched');
        const before = await tree(temp.path);
        const target = join(inner, 'out');
        if (refused) {
          const failure = await failing(extractTo(path, target));
          assert.match(failure.code, /^kit\.(archive|entry)-/);
          assert.deepEqual(await tree(temp.path), before, 'something was left behind');
        } else {
          const report = await extractTo(path, target);
          const files = (await tree(target)).filter((line) => line.endsWith(' file'));
          assert.equal(files.length, report.entries);
          const outside = (await tree(temp.path)).filter((line) => !line.startsWith('a/b/out'));
          assert.deepEqual(outside, before, 'something was written outside');
        }
        assert.equal(await readFile(join(temp.path, 'outside', 'victim.txt'), 'utf8'), 'untouched');
      });
    }
  });
}

describe('the collected archives, looked at closer', () => {
  before(function () {
    if (!present) skip(this, 'RUNNER_TEST_DATA is not set');
  });
  const generated = (name: string): string => join(archives, 'generated', name);

  it('are recognised by content before their names are judged', async () => {
    for (const name of recognisedThenRefused) {
      assert.match(
        await failingText(openArchive(generated(name), { name })),
        /^kit\.entry-name: .* '\.\.\/evil\.txt' leads out of its folder/,
      );
    }
  });

  it('have the names their encodings give', async () => {
    const keys = async (name: string, nameEncoding?: string): Promise<string[]> => {
      await using archive = await openArchive(generated(name), nameEncoding === undefined ? {} : { nameEncoding });
      return (await listed(archive)).map((entry) => entry.key);
    };
    assert.deepEqual(await keys('zip-name-utf8-noflag.zip'), ['diatom\u00e9e.png']);
    assert.deepEqual(await keys('zip-name-latin1.zip'), ['Navicula_sp\u0398cies.png']);
    assert.deepEqual(await keys('zip-name-latin1.zip', 'windows-1252'), ['Navicula_sp\u00e9cies.png']);
    assert.deepEqual(await keys('zip-name-sjis.zip', 'shift_jis'), ['\u73ea\u85fb.png']);
  });

  it('count junk, and refuse many entries where a limit says so', async () => {
    await using mac = await openArchive(generated('zip-macosx.zip'));
    assert.deepEqual([mac.report.entries, mac.report.junk], [1, 3]);
    assert.match(
      await failingText(openArchive(generated('zip-many-entries.zip'), { limits: { maxEntries: 1000 } })),
      /maxEntries/,
    );
  });

  it('are listed as another reader lists them', async () => {
    for (const [path, { verdict }] of [...verdicts('generated'), ...verdicts('yauzl')]) {
      if (verdict === 'reject' || !path.endsWith('.zip') || recognisedThenRefused.has(basename(path))) continue;
      if (/prefixed|name-|macosx|reserved/.test(path)) continue; // where we mean to differ
      const theirs = await new Promise<string[]>((resolve, reject) => {
        yauzl.open(path, (error, file) => {
          if (error) return reject(error);
          const names: string[] = [];
          file.on(
            'entry',
            (entry: yauzl.Entry) =>
              void (entry.fileName.endsWith('/') || names.push(`${entry.fileName} ${entry.uncompressedSize}`)),
          );
          file.on('end', () => resolve(names));
          file.on('error', reject);
        });
      });
      await using archive = await openArchive(path);
      const ours = (await listed(archive)).map((entry) => `${entry.key} ${entry.size}`);
      assert.deepEqual(ours.sort(), theirs.sort(), basename(path));
    }
  });

  it('keep memory bounded, bombs included, even where a bomb is asked for', async function () {
    this.timeout(60_000);
    await using temp = await tempFolder();
    const run = async (name: string, limits: object = {}): Promise<{ code: string; peakKb: number }> => {
      const child = fileURLToPath(new URL('support/extract-child.ts', import.meta.url));
      const args = [
        '--conditions=source',
        child,
        generated(name),
        join(temp.path, Math.random().toString(36)),
        JSON.stringify(limits),
      ];
      return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as { code: string; peakKb: number };
    };
    const plain = await run('zip-ok.zip');
    const anyRatio = { maxRatio: 1e9 };
    const table = [
      ['zip-bomb-64MiB.zip', {}, 'kit.archive-limit'],
      ['tar-bomb-64MiB.tar.gz', {}, 'kit.archive-limit'],
      ['zip-overlap-50.zip', {}, 'kit.entry-overlap'],
      ['zip-bomb-64MiB.zip', anyRatio, 'ok'],
      ['tar-bomb-64MiB.tar.gz', anyRatio, 'ok'],
    ] as const;
    for (const [name, limits, code] of table) {
      const bomb = await run(name, limits);
      const grownMb = (bomb.peakKb - plain.peakKb) / 1024;
      assert.equal(bomb.code, code, name);
      assert.ok(grownMb < 48, `${name} grew by ${grownMb.toFixed(0)} MB`);
      if (process.env['KIT_SHOW_MEMORY'] !== undefined)
        process.stdout.write(`${name} ${code} +${grownMb.toFixed(1)} MB\n`);
    }
  });
});
