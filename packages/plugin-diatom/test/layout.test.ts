import assert from 'node:assert/strict';
import type { Tools } from '@dataset-runner/core/plugin';
import { seeded, shuffle } from '@dataset-runner/kit/seeded';
import { flatNames, picturePath, readPicturePath, setName } from '../src/layout.ts';
import { choosePictures } from '../src/plan/choose-pictures.ts';
import type { Looked } from '../src/picture.ts';
import { fileListSchema } from '../src/source.ts';
import { zipOf } from '../src/steps/pack-set.ts';
import { splitAddress } from '../src/stored.ts';
import { fillWords, shellLine } from '../src/compute/run-words.ts';
import { entry } from './support/project.ts';

function naming(full: string, folder = 'f'): { key: string; inner: string; full: string } {
  return { key: full, full, inner: full.slice(full.indexOf(`/${folder}/`) + folder.length + 2) };
}

describe('the zip of a set', () => {
  it('is made of more listed pictures than a call has room for', async () => {
    const file = { $type: 'file', store: '.', key: 'a.png', size: 1 } as const;
    const pictures = Array.from({ length: 150_000 }, (_, at) => ({ key: `${at}`, path: `${at}.png`, file }));
    // Nothing is read before the first byte is taken.
    assert.ok(await zipOf({ name: 'set.zip', pictures, more: [] }, {} as Tools));
  });
});

describe('names of pictures in a set', () => {
  const names = (...paths: string[]): string[] => [...flatNames(paths.map((path) => naming(path))).values()];

  it('keeps a file name that is free', () => assert.deepEqual(names('z/f/a.png', 'z/f/s/b.png'), ['a.png', 'b.png']));

  it('puts the folders before names that are not', () =>
    assert.deepEqual(names('z/f/s1/a.png', 'z/f/s2/a.png', 'z/f/b.png'), ['s1_a.png', 's2_a.png', 'b.png']));

  it('puts the archive before names that two archives share', () =>
    assert.deepEqual(names('y/f/a.png', 'z/f/a.png'), ['y_f_a.png', 'z_f_a.png']));

  it('tells letter case and Unicode forms apart by more than these', () => {
    assert.deepEqual(names('z/f/s1/A.png', 'z/f/s2/a.png'), ['s1_A.png', 's2_a.png']);
    assert.equal(new Set(names('z/f/1/e\u0301.png', 'z/f/2/\u00e9.png').map((name) => name.normalize('NFC'))).size, 2);
  });

  it('ends in a piece of a digest when folders and underscores say the same', () => {
    const both = names('z/f/a_b/c.png', 'z/f/a/b_c.png', 'z/f/c.png', 'z/f/q/b_c.png');
    assert.equal(new Set(both).size, 4);
    assert.match(both[0] ?? '', /^z_f_a_b_c-[0-9a-f]{8}\.png$/);
  });

  it('does not depend on the order of the pictures', () => {
    const paths = Array.from({ length: 60 }, (_, index) => naming(`z/f/${index % 5}/${index % 7}/${index % 11}.png`));
    const unique = [...new Map(paths.map((one) => [one.key, one])).values()];
    const expected = flatNames(unique);
    for (const [key, name] of flatNames(shuffle(unique, seeded(4)))) assert.equal(name, expected.get(key));
  });
});

describe('paths and names of a set', () => {
  it('reads a picture path back', () => {
    assert.deepEqual(readPicturePath(picturePath('test', 's', 'a.png')), {
      split: 'test',
      species: 's',
      file: 'a.png',
    });
    assert.equal(readPicturePath('reports/leaks.html'), undefined);
  });

  it('names a zip by its moment in UTC', () =>
    assert.equal(setName(Date.UTC(2026, 0, 2, 3, 4, 5)), 'diatom_set-2026-01-02-03-04-05.zip'));

  for (const [address, place, name] of [
    ['./zips/a.zip', './zips', 'a.zip'],
    ['cloud:raw/a.zip', 'cloud:raw', 'a.zip'],
    ['cloud:a.zip', 'cloud:', 'a.zip'],
    ['s3://bucket/a.zip', 's3://bucket', 'a.zip'],
    ['a.zip', '.', 'a.zip'],
    ['/a.zip', '/', 'a.zip'],
  ] as const)
    it(`finds ${address} in ${place}`, () => assert.deepEqual(splitAddress(address), { place, name }));
});

describe('the file list', () => {
  const wrong = (more: object): unknown[] =>
    fileListSchema.safeParse([entry('http://h', 'a', more)]).error?.issues.map(({ path }) => path) ?? [];

  it('names the entry and the field of each thing that is wrong', () => {
    assert.deepEqual(wrong({ species_label: '' }), [[0, 'species_label']]);
    assert.deepEqual(wrong({ species_label: '..' }), [[0, 'species_label']]);
    assert.deepEqual(wrong({ downloaded_file_name: 'a/b.zip' }), [[0, 'downloaded_file_name']]);
    assert.deepEqual(wrong({ exploded_folder_name: '../x' }), [[0, 'exploded_folder_name']]);
    assert.deepEqual(wrong({ file_url: 'https://user:pw@h/a.zip' }), [[0, 'file_url']]);
    assert.deepEqual(wrong({ sha256: 'abc' }), [[0, 'sha256']]);
    assert.deepEqual(wrong({}), []);
  });

  it('refuses one entry twice and two spellings of one label', () => {
    const twice = fileListSchema.safeParse([entry('http://h', 'a'), entry('http://h', 'a')]);
    assert.deepEqual(
      twice.error?.issues.map(({ path, message }) => [...path, message]),
      // The runner names this one `entry 2`: both count from 1.
      [[1, 'exploded_folder_name', 'entry 1 already takes this folder of this archive']],
    );
    const spelled = fileListSchema.safeParse([
      entry('http://h', 'a', { species_label: 'Navicula' }),
      entry('http://h', 'b', { species_label: 'navicula' }),
    ]);
    assert.deepEqual(
      spelled.error?.issues.map(({ path, message }) => [...path, message]),
      [[1, 'species_label', '"navicula" and "Navicula" (entry 1) are one folder on many systems']],
    );
  });
});

describe('the choice of pictures', () => {
  const row = (member: string): Looked => ({
    key: `a/${member}`,
    archive: 'a.zip',
    member,
    sha256: member,
    phash: '0',
    width: 1,
    height: 1,
    file: { $type: 'file', store: 'work:x', key: member, size: 1 },
  });

  it('takes the class of the deepest folder and leaves other folders alone', () => {
    const list = [
      entry('http://h', 'a', { exploded_folder_name: 'x', species_label: 'outer' }),
      entry('http://h', 'a', { exploded_folder_name: 'x/y/', species_label: 'inner' }),
    ];
    const { pictures } = choosePictures([row('x/1.png'), row('x/y/2.png'), row('z/3.png')], list);
    assert.deepEqual(
      pictures.map(({ species, inner }) => [species, inner]),
      [
        ['outer', '1.png'],
        ['inner', '2.png'],
      ],
    );
  });

  it('finds a folder that the archive spells with other characters of Unicode for the same letters', () => {
    const { pictures } = choosePictures(
      [row('E\u0301pi/e\u0301/1.png'), row('E\u0301pi2/2.png')],
      [entry('http://h', 'a', { exploded_folder_name: '\u00c9pi', species_label: 'epithemia' })],
    );
    assert.deepEqual(
      pictures.map(({ species, inner }) => [species, inner]),
      [['epithemia', 'e\u0301/1.png']],
    );
  });

  it('takes the whole archive for an empty folder name', () => {
    const { pictures } = choosePictures(
      [row('1.png'), row('x/2.png')],
      [entry('http://h', 'a', { exploded_folder_name: '' })],
    );
    assert.deepEqual(
      pictures.map(({ inner }) => inner),
      ['1.png', 'x/2.png'],
    );
  });
});

describe('commands of machines', () => {
  it('fills words in and leaves braces that name nothing', () =>
    assert.deepEqual(fillWords(['cp', '{from}', '{x}:{to}'], { from: 'a b', to: "c'd" }), ['cp', 'a b', "{x}:c'd"]));

  it('quotes for a POSIX shell', () => assert.equal(shellLine(['a', "it's $HOME", '']), `a 'it'\\''s $HOME' ''`));
});
