import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvTable } from '@dataset-runner/kit/csv-rows';
import { tableFromParquet } from '@dataset-runner/kit/table';
import { skip } from '../../../test/support/skip.ts';
import { breedAliases, breedLabel, foldBreed } from '../src/breeds/aliases.ts';
import { yoloText } from '../src/labels/label-tables.ts';
import { readBreedFolder } from '../src/breeds/folder-name.ts';
import { stanfordFolders } from './support/breeds.ts';
import { stanfordXml, tsinghuaFolders, tsinghuaXml } from './support/made-archives.ts';
import { codesOf, dogsProject, filesIn } from './support/project.ts';

describe('names of breeds', () => {
  it('begin behind the first hyphen after the id, whatever hyphens follow', () => {
    assert.deepEqual(readBreedFolder('n02089078-black-and-tan_coonhound'), {
      id: 'n02089078',
      breed: 'black-and-tan_coonhound',
    });
    assert.deepEqual(readBreedFolder('1324-n000004-malamute'), { id: 'n000004', breed: 'malamute', count: 1324 });
    assert.throws(() => readBreedFolder('Images'), /dogs\.folder-unknown/);
  });

  it('stay 120 apart when they are folded and when aliases are applied', () => {
    const breeds = stanfordFolders.map((folder) => readBreedFolder(folder).breed);
    assert.equal(new Set(breeds.map(foldBreed)).size, 120);
    assert.equal(new Set(breeds.map(breedLabel)).size, 120);
  });

  it('of two sources are one where a source says so', () => {
    for (const [stanford, oxford] of [
      ['basset', 'basset_hound'],
      ['Scotch_terrier', 'scottish_terrier'],
      ['Japanese_spaniel', 'japanese_chin'],
      ['cocker_spaniel', 'english_cocker_spaniel'],
      ['German_short-haired_pointer', 'german_shorthaired'],
      ['soft-coated_wheaten_terrier', 'wheaten_terrier'],
    ] as const) {
      assert.equal(breedLabel(stanford), breedLabel(oxford));
    }
    assert.notEqual(breedLabel('flat-coated_retriever'), breedLabel('curly-coated_retriever'));
    assert.ok(breedAliases.every(({ provenance }) => provenance.length > 10));
  });
});

describe('dogs:labels', function () {
  this.timeout(60_000);

  it('makes one table of both kinds: body and not head, every object, one label a breed', async () => {
    await using rig = await dogsProject();
    const folder = 'n02102318-cocker_spaniel';
    rig.write(
      `s/Annotation/${folder}/n02102318_7`,
      stanfordXml(folder, 'n02102318_7', [
        [1, 2, 11, 12],
        [12, 2, 22, 14],
      ]),
    );
    for (const name of tsinghuaFolders)
      rig.write(`t/Low-Annotations/${name}/n103339.jpg.xml`, tsinghuaXml(name, 'n103339.jpg'));
    const args = ['run', 'dogs:labels', '--annotations', './s', '--annotations', './t', '--out', './labels'];
    const { code, report, stderr } = await rig.json(
      ...args,
      '--formats',
      'csv',
      '--formats',
      'parquet',
      '--formats',
      'yolo',
      '--formats',
      'coco',
    );
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    assert.deepEqual(report['result'], { images: 5, dogs: 6, breeds: 5 });
    const { columns, rows } = csvTable(rig.read('labels/labels.csv'), { file: 'labels.csv' });
    const table = [...rows].map(({ cells }) => Object.fromEntries(cells.map((cell, index) => [columns[index], cell])));
    const malamute = table.find((row) => row['breed'] === 'malamute');
    assert.deepEqual([malamute?.['body_x_min'], malamute?.['head_x_min']], ['2', '4'], 'the head is not the dog');
    assert.deepEqual(
      table.filter((row) => row['label'] === 'english_cocker_spaniel').map((row) => row['object']),
      ['1', '2'],
    );
    assert.ok(table.some((row) => row['breed'] === 'black-and-tan_coonhound' && row['class_id'] === 'n000108'));
    const parquet = await tableFromParquet(readFileSync(rig.path('labels/labels.parquet')));
    assert.equal(parquet.rows.length, 6);
    assert.equal(
      rig.read(`labels/yolo/labels/${folder}/n02102318_7.txt`).split('\n')[0],
      '1 0.250000 0.437500 0.416667 0.625000'.replace(
        /^1/,
        String(rig.read('labels/yolo/classes.txt').split('\n').indexOf('english_cocker_spaniel')),
      ),
    );
    const coco = JSON.parse(rig.read('labels/coco.json')) as {
      annotations: { bbox: number[] }[];
      categories: unknown[];
    };
    assert.equal(coco.categories.length, 5);
    assert.ok(coco.annotations.some(({ bbox }) => bbox.join() === '2,1,20,14'));
    assert.match(rig.read('labels/aliases.csv'), /^cocker_spaniel,english_cocker_spaniel,"WordNet/m);
  });

  it('cuts boxes at the edge in YOLO labels, and leaves out those without area', () => {
    const bodies = [
      [90, 10, 130, 40],
      [-10, -10, 50, 25],
      [100, 10, 120, 40],
      [30, 10, 30, 40],
    ] as const;
    const objects = bodies.map((body) => ({ body, head: null, truncated: false, difficult: false }));
    const label = { key: 'a', image: 'a', classId: 'n1', breed: 'b', label: 'b', width: 100, height: 50, objects };
    assert.equal(
      yoloText(label, ['a', 'b']),
      '1 0.950000 0.500000 0.100000 0.600000\n1 0.250000 0.250000 0.500000 0.500000\n',
    );
  });

  it('names a broken annotation with its line, and a place without any', async () => {
    await using rig = await dogsProject();
    rig.write('s/Annotation/n02102318-cocker_spaniel/n02102318_7', '<annotation>\n<object>\n</annotation>');
    const { code, stderr, stdout } = await rig.runner(
      'run',
      'dogs:labels',
      '--annotations',
      './s',
      '--out',
      './labels',
    );
    assert.equal(code, 1);
    assert.match(stdout + stderr, /n02102318_7, line 3: Expected closing tag/);
    const empty = await rig.runner('run', 'dogs:labels', '--annotations', './none', '--out', './labels');
    assert.match(empty.stdout + empty.stderr, /\.\/none has no annotations/);
  });

  it('names two annotations of one image, whose dogs would count twice', async () => {
    await using rig = await dogsProject();
    const [folder, name] = ['n02102318-cocker_spaniel', 'n02102318_7'];
    rig.write(`s/${folder}/${name}`, stanfordXml(folder, name, [[2, 1, 22, 15]]));
    const args = ['run', 'dogs:labels', '--annotations', './s', '--annotations', './s', '--out', './labels'];
    const { report } = await rig.json(...args, '--formats', 'yolo');
    assert.deepEqual(codesOf(report), ['dogs.image-twice']);
    assert.match(JSON.stringify(report['failures']), /1\/n02102318-cocker_spaniel\/n02102318_7 and 2\//);
    assert.deepEqual(filesIn(rig.path('labels')), []);
  });

  it('reads real annotations of both sets', async function () {
    const data = join(process.env['RUNNER_TEST_DATA'] ?? '', 'dogs');
    if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    if (!existsSync(data)) skip(this, `${data} does not exist`);
    await using rig = await dogsProject();
    for (const file of filesIn(data)) rig.write(`data/${file}`, readFileSync(join(data, file)));
    const { code, report, stderr } = await rig.json(
      'run',
      'dogs:labels',
      '--annotations',
      './data/stanford',
      '--annotations',
      './data/tsinghua',
      '--out',
      './labels',
    );
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    const { images, breeds } = report['result'] as { images: number; breeds: number };
    assert.deepEqual([images, breeds], [5, 3]);
    assert.match(rig.read('labels/labels.csv'), /malamute,malamute,1,\d+,\d+,79,39,500,332/);
  });
});
