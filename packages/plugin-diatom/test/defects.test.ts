import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@dataset-runner/kit/extract';
import { seeded, shuffle } from '@dataset-runner/kit/seeded';
import { type Division, placePictures, type PlacedSet } from '../src/plan/place-pictures.ts';
import type { Labelled } from '../src/picture.ts';
import { archivesOf, fileListSchema } from '../src/source.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { buildArgs, diatomProject, entry, filesIn } from './support/project.ts';
import { pictures, zip } from './support/pictures.ts';
import { openSite } from './support/site.ts';

// Each rule of the flow this plugin replaces is written down again in a few lines and shown to break what is asked of a
// set; the same is then asked of ours.

/** `rglob('*')` gave every file, and for every folder its pictures once more. */
function originalCandidates(paths: readonly string[]): string[] {
  const folders = new Set(paths.flatMap((path) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : [])));
  const again = [...folders].flatMap((folder) =>
    paths.filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.png')),
  );
  return [...paths, ...again];
}

/** Shuffled without a seed, N+1 for testing, copied flat: equal names overwrite each other. */
function originalSplit(
  paths: readonly string[],
  testCount: number,
  seed: number,
): { readonly test: Set<string>; readonly train: Set<string> } {
  const shuffled = shuffle(originalCandidates(paths), seeded(seed));
  const flat = (some: readonly string[]): Set<string> =>
    new Set(some.map((path) => path.slice(path.lastIndexOf('/') + 1)));
  return { test: flat(shuffled.slice(0, testCount + 1)), train: flat(shuffled.slice(testCount + 1)) };
}

function crossing({ test, train }: { readonly test: Set<string>; readonly train: Set<string> }): string[] {
  return [...test].filter((name) => train.has(name));
}

/** `mkdir` for every entry, as if labels could not come twice. */
function originalFolder(made: Set<string>, label: string): void {
  if (made.has(label)) throw new Error(`${label} exists`);
  made.add(label);
}

/** One PUT whose failure was printed, then the zip was removed whatever had come of it. */
function originalUpload(put: () => number, path: string): void {
  if (![200, 201, 204].includes(put())) void 'printed, and forgotten';
  rmSync(path);
}

/** All archives, or none: one failure threw everything away. */
function originalDownloads(answers: readonly number[]): readonly number[] {
  if (answers.some((status) => status !== 200)) throw new Error('One or more downloads failed.');
  return answers;
}

const division: Division = { testCount: 10, seed: 1, smallClass: 'error' };

function asPictures(paths: readonly string[], contentOf = (path: string): string => path): Labelled[] {
  return paths.map((inner) => {
    const sha256 = createHash('sha256').update(contentOf(inner)).digest('hex');
    const file = { $type: 'file', store: 'work:x', key: inner, size: 1 } as const;
    return {
      key: `zip/f/${inner}`,
      file,
      archive: 'zip.zip',
      member: `f/${inner}`,
      inner,
      sha256,
      phash: sha256.slice(0, 16),
      width: 1,
      height: 1,
      species: 's',
    };
  });
}

function namesIn(set: PlacedSet, part: string): Set<string> {
  return new Set(set.placements.filter(({ split }) => split === part).map(({ path }) => path.split('/').at(-1) ?? ''));
}

const flat = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, '0')}.png`);
const slides = Array.from({ length: 100 }, (_, index) => `slide${index % 4}/${String(index).padStart(3, '0')}.png`);
const renumbered = Array.from(
  { length: 100 },
  (_, index) => `slide${index % 3}/${String(Math.floor(index / 3)).padStart(3, '0')}.png`,
);

describe('what the replaced flow got wrong', function () {
  this.timeout(60_000);

  it('1. N means N: it took one picture more', () => {
    assert.equal(originalSplit(flat, 10, 1).test.size, 11);
    assert.equal(namesIn(placePictures(asPictures(flat), division), 'test').size, 10);
  });

  it('2. a picture is in one split: in sub-folders nearly every test picture was also in train', () => {
    const original = originalSplit(slides, 10, 1);
    assert.ok(crossing(original).length >= 8, String(crossing(original).length));
    for (let seed = 1; seed <= 50; seed++) {
      const set = placePictures(asPictures(slides), { ...division, seed });
      assert.deepEqual(crossing({ test: namesIn(set, 'test'), train: namesIn(set, 'train') }), []);
    }
  });

  it('2b. the same bytes under two names are in one split, and so is a specimen with --group-by', () => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `${String(1000 + (index >> 1)).padStart(6, '0')}${index % 2 === 0 ? 'AA' : 'BA'}.png`,
    );
    const original = originalSplit(names, 10, 1);
    const specimens = ({ test, train }: typeof original): string[] =>
      [...new Set([...test].map((name) => name.slice(0, 6)))].filter((one) =>
        [...train].some((name) => name.startsWith(one)),
      );
    assert.ok(specimens(original).length > 0);
    const grouped = placePictures(asPictures(names), { ...division, groupBy: '^(\\d{6})' });
    assert.deepEqual(specimens({ test: namesIn(grouped, 'test'), train: namesIn(grouped, 'train') }), []);
    const twins = placePictures(
      asPictures(names, (name) => name.slice(0, 6)),
      division,
    );
    assert.deepEqual(specimens({ test: namesIn(twins, 'test'), train: namesIn(twins, 'train') }), []);
  });

  it('2c. a name that a pattern matches with nothing tells no specimen, and ties no pictures together', () => {
    const set = placePictures(asPictures(flat.map((name) => `a${name}`)), { ...division, groupBy: '^(\\d*)' });
    assert.equal(new Set(set.placements.map(({ group }) => group)).size, 100);
    assert.match(set.warnings.join(), /100 of 100 names match no specimen/);
  });

  it('3. no picture overwrites another: equal names in sub-folders left 34 of 100', () => {
    const original = originalSplit(renumbered, 10, 1);
    assert.ok(new Set([...original.test, ...original.train]).size <= 34);
    const set = placePictures(asPictures(renumbered), division);
    assert.equal(new Set(set.placements.map(({ path }) => path.toLowerCase())).size, 100);
    const mixed = shuffle(asPictures(renumbered), seeded(3));
    assert.deepEqual(placePictures(mixed, division).placements, set.placements);
  });

  it('4. a class too small for both splits is refused, said, or kept to train with: it was tested on only, without a word', () => {
    const eight = flat.slice(0, 8);
    assert.equal(originalSplit(eight, 10, 1).train.size, 0);
    assert.throws(() => placePictures(asPictures(eight), division), /class-too-small.*'s' \(8 items\)/);
    const warned = placePictures(asPictures(eight), { ...division, smallClass: 'warn' });
    assert.match(warned.warnings.join('\n'), /'s' has 8 items/);
    const kept = placePictures(asPictures(eight), { ...division, smallClass: 'all-train' });
    assert.deepEqual([kept.train, kept.test], [8, 0]);
  });

  it('5. the same seed gives the same split: it shuffled without one', () => {
    const first = placePictures(asPictures(flat), division).placements;
    assert.deepEqual(placePictures(asPictures([...flat].reverse()), division).placements, first);
    assert.notDeepEqual(originalSplit(flat, 10, Math.random()), originalSplit(flat, 10, Math.random()));
    assert.notDeepEqual(placePictures(asPictures(flat), { ...division, seed: 2 }).placements, first);
  });

  it('6. two archives of one species are one class: its folders could not be made twice', () => {
    const made = new Set<string>();
    assert.throws(() => ['s', 's'].forEach((label) => originalFolder(made, label)), /exists/);
    const list = fileListSchema.parse([
      entry('http://h', 'a', { species_label: 's' }),
      entry('http://h', 'b', { species_label: 's' }),
    ]);
    assert.equal(archivesOf(list).length, 2);
    const clash = fileListSchema.safeParse([
      entry('http://h', 'a'),
      entry('http://h', 'b', { downloaded_file_name: 'a.zip' }),
    ]);
    assert.deepEqual(
      clash.error?.issues.map(({ path }) => path),
      [[1, 'downloaded_file_name']],
    );
  });

  it('7. one failed download is named and the others are kept: it said "one or more failed" and began again from nothing', async () => {
    assert.throws(() => originalDownloads([200, 404]), /^Error: One or more downloads failed\.$/);
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a'), entry(site.url, 'gone')]);
    const first = await rig.runner(...buildArgs);
    assert.equal(first.code, 1);
    assert.match(first.stdout + first.stderr, /gone\.zip answered 404/);
    site.set('gone.zip', await zip(pictures('gone', 12)));
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    assert.deepEqual(site.asked.filter((path) => path === '/a.zip').length, 1);
  });

  it('8. what is no picture is left out and named: it was divided and copied like a picture', async () => {
    const files = [...flat.slice(0, 12), 'Thumbs.db', 'notes.txt'];
    const original = originalSplit(files, 1, 1);
    assert.ok(original.test.has('notes.txt') || original.train.has('notes.txt'));
    await using site = await openSite({
      'a.zip': await zip({
        ...pictures('a', 12),
        'a/notes.txt': 'x',
        'a/Thumbs.db': 'x',
        'a/cut.png': (pictures('a', 1)['a/000.png'] as Uint8Array).subarray(0, 90),
      }),
    });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    const { code, stdout, stderr } = await rig.runner(...buildArgs);
    assert.equal(code, 0, stderr);
    assert.match(stdout + stderr, /left out: a\.zip a\/notes\.txt is a text/);
    assert.match(stdout + stderr, /left out: a\.zip a\/cut\.png is damaged/);
    assert.match(stdout + stderr, /left out: 1 system files/);
    assert.equal(filesIn(rig.path('set/results')).length, 12);
  });

  it('9. a failed upload loses nothing and is no success: the zip was removed all the same', async () => {
    await using folder = await tempFolder({ 'set.zip': 'bytes' });
    originalUpload(() => 503, join(folder.path, 'set.zip'));
    assert.equal(existsSync(join(folder.path, 'set.zip')), false);
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    // A file where the folder should be: every write fails until it is gone.
    rig.write('cloud', 'in the way');
    const failed = await rig.runner(...buildArgs, '--upload', './cloud/sets', '--move');
    assert.equal(failed.code, 1, failed.stdout);
    assert.equal(
      filesIn(rig.path('.runner/work/.scratch')).filter((file) => file.endsWith('.zip')).length,
      1,
      'the packed zip waits',
    );
    rmSync(rig.path('cloud'));
    const { code, report, stderr } = await rig.json(...buildArgs, '--upload', './cloud/sets', '--move');
    assert.equal(code, 0, stderr);
    const { zip: sent } = report['result'] as { zip: { key: string; size: number } };
    assert.deepEqual(filesIn(rig.path('cloud/sets')), [sent.key]);
    assert.deepEqual(
      filesIn(rig.path('set')).filter((file) => file.endsWith('.zip')),
      [],
    );
    assert.deepEqual(filesIn(rig.path('.runner/work/.scratch')), []);
  });

  it('10. the zip holds the results: it held downloads and unpacked folders too', async () => {
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    const [name] = filesIn(rig.path('set')).filter((file) => file.endsWith('.zip'));
    const members = async (): Promise<string[]> => {
      await using archive = await openArchive(rig.path('set', name ?? ''));
      return (await Array.fromAsync(archive.entries())).map(({ key }) => key.split('/')[0] ?? '');
    };
    assert.deepEqual(new Set(await members()), new Set(['results']));
    assert.equal((await rig.runner(...buildArgs, '--include', 'downloads')).code, 0);
    assert.deepEqual(new Set(await members()), new Set(['downloads', 'results']));
  });

  it('diatom:pack adds the archives of this set, and not what was downloaded for another', async () => {
    const archive = await zip(pictures('a', 12));
    await using site = await openSite({ 'a.zip': archive, 'b.zip': await zip(pictures('b', 12)) });
    await using rig = await diatomProject([entry(site.url, 'b')]);
    const other = await rig.runner('run', 'diatom:build', '--file-list', './species.json', '--out', './other');
    assert.equal(other.code, 0, other.stderr);
    rig.write('species.json', JSON.stringify([entry(site.url, 'a')]));
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    const pack = ['run', 'diatom:pack', '--set', './set', '--out', './zips', '--include', 'downloads'];
    assert.equal((await rig.runner(...pack)).code, 0);
    await using packed = await openArchive(rig.path('zips', filesIn(rig.path('zips'))[0] ?? ''));
    const names = (await Array.fromAsync(packed.entries())).map(({ key }) => key);
    assert.deepEqual(
      names.filter((key) => key.startsWith('downloads/')),
      ['downloads/a.zip'],
    );

    rig.write('elsewhere/c.zip', 'c');
    const lost = await rig.runner(...pack, '--downloads', './elsewhere');
    assert.equal(lost.code, 1);
    assert.match(lost.stdout + lost.stderr, /elsewhere\/a\.zip does not exist/);
  });
});
