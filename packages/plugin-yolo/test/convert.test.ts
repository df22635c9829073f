import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { shuffle, seeded } from '@dataset-runner/kit/seeded';
import { type ManifestLine, readManifest } from '../src/manifest.ts';
import { readCoco } from '../src/read/coco.ts';
import type { Summary } from '../src/set-files.ts';
import { png } from './support/png.ts';
import { convertArgs, counts, failureOfRun, filesIn, madeFiles, yoloProject } from './support/project.ts';

describe('yolo:convert', function () {
  this.timeout(60_000);

  it('writes labels, images, and a manifest that says where every label came from; and a second run does nothing', async () => {
    await using rig = await yoloProject(madeFiles(30));
    const { code, report, stderr } = await rig.json(...convertArgs);
    assert.equal(code, 0, stderr);
    const files = filesIn(rig.path('set'));
    assert.equal(files.filter((file) => file.startsWith('labels/')).length, 30);
    assert.equal(files.filter((file) => file.startsWith('images/')).length, 30);
    for (const file of ['classes.txt', 'data.yaml', 'dataset.json', 'manifest.jsonl', 'summary.json'])
      assert.ok(files.includes(file), file);
    const manifest = readManifest(rig.read('set/manifest.jsonl'));
    for (const line of manifest) assertTraced(line, rig.read(`set/labels/${line.stem}.txt`));
    assert.equal(
      manifest.filter(({ labels }) => labels.length === 0).length,
      (report['result'] as { emptyLabels: number }).emptyLabels,
    );
    const [image = ''] = files.filter((file) => file.startsWith('images/'));
    const source = rig.path(image.replace('images', 'train'));
    assert.equal(statSync(rig.path('set', image)).ino, statSync(source).ino, 'a hard link, so no second copy');
    const again = await rig.json(...convertArgs);
    for (const [name, { done }] of Object.entries(counts(again.report))) assert.equal(done, 0, name);
  });

  it('gives a label and an image to each rater with --raters separate, at no cost in bytes', async () => {
    await using rig = await yoloProject(madeFiles(8));
    assert.equal((await rig.runner(...convertArgs, '--raters', 'separate')).code, 0);
    const stems = filesIn(rig.path('set/labels')).map((file) => file.replace('.txt', ''));
    assert.equal(stems.length, 24);
    assert.ok(stems.every((stem) => /^[0-9a-f]{32}_R\d+$/.test(stem)));
    assert.deepEqual(
      filesIn(rig.path('set/images')).map((file) => file.replace('.png', '')),
      stems,
    );
    assert.equal(statSync(rig.path('set/images', `${stems[0]}.png`)).nlink, 4);
  });

  it('does only the labels of an image whose rows changed', async () => {
    const files = madeFiles(40);
    await using rig = await yoloProject(files);
    await rig.runner(...convertArgs);
    const lines = String(files['train.csv']).split('\n');
    const at = lines.findIndex((line) => line.includes('Cardiomegaly'));
    rig.write('train.csv', lines.toSpliced(at, 1).join('\n'));
    const { report } = await rig.json(...convertArgs);
    assert.equal(counts(report)['write-labels']?.done, 1);
    assert.equal(counts(report)['place-files']?.done, 0);
  });

  it('gives the same bytes for shuffled rows, for one worker and for eight', async () => {
    const files = madeFiles(40);
    const [header = '', ...rows] = String(files['train.csv']).trimEnd().split('\n');
    const made: Record<string, string>[] = [];
    for (const [csv, config] of [
      [files['train.csv'], 'concurrency: 1\n'],
      [[header, ...shuffle(rows, seeded(7))].join('\n'), 'concurrency: 8\n'],
    ] as const) {
      await using rig = await yoloProject({ ...files, 'train.csv': csv! }, config);
      assert.equal((await rig.runner(...convertArgs)).code, 0);
      assert.equal((await rig.runner('run', 'yolo:split', '--set', './set', '--out', './org', '--seed', '3')).code, 0);
      const all = filesIn(rig.path('org')).filter((file) => file !== 'dataset.json');
      made.push(Object.fromEntries(all.map((file) => [file, readFileSync(rig.path('org', file), 'latin1')])));
    }
    assert.equal(Object.keys(made[0]!).length, 80 + 6);
    assert.deepEqual(made[0], made[1]);
  });

  it('counts images without rows, rows without images and files of 0 bytes, and leaves them out', async () => {
    const files = madeFiles(10);
    const [first = '', second = ''] = Object.keys(files).filter((path) => path.startsWith('train/'));
    const { [first]: bytes, ...rest } = files;
    await using rig = await yoloProject({ ...rest, [second]: '', 'train/stray.png': bytes! });
    const { code, report } = await rig.json(...convertArgs);
    assert.equal(code, 0);
    const { warnings, labels_created } = JSON.parse(rig.read('set/summary.json')) as Summary;
    assert.deepEqual([warnings.rows_without_image, warnings.images_without_row, warnings.empty_images], [1, 1, 1]);
    assert.equal(labels_created, 8);
    assert.equal((report['result'] as { leftOut: number }).leftOut, 2);
  });

  const row = (csv: string, edit: (cells: string[]) => string[]): string => {
    const lines = csv.split('\n');
    const at = lines.findIndex((line) => /,\d+\.0,/.test(line));
    return lines.with(at, edit(lines[at]!.split(',')).join(',')).join('\n');
  };
  for (const [what, edit, message] of [
    ['a NaN', (cells: string[]) => cells.with(4, 'nan'), /is no number/],
    ['reversed corners', (cells: string[]) => cells.with(4, '9000'), /are reversed|lies outside/],
    ['a class name that is another class', (cells: string[]) => cells.with(1, 'Atelektase'), /is called/],
    ['an image without a name', (cells: string[]) => cells.with(0, ''), /image_id is empty/],
    ['a class that is no id', (cells: string[]) => cells.with(2, '1.5'), /is no class id/],
  ] as const) {
    it(`names the line of ${what}, or drops and counts the row`, async () => {
      const files = madeFiles(24);
      await using rig = await yoloProject({ ...files, 'train.csv': row(String(files['train.csv']), edit) });
      const { code, report } = await rig.json(...convertArgs);
      assert.equal(code, 1);
      assert.equal(failureOfRun(report).code, 'yolo.row-invalid');
      assert.match(failureOfRun(report).message, message);
      assert.match(failureOfRun(report).message, /train\.csv, line \d+/);
      assert.equal((await rig.runner(...convertArgs, '--on-bad-row', 'drop')).code, 0);
      const { warnings } = JSON.parse(rig.read('set/summary.json')) as Summary;
      assert.ok(warnings.dropped_rows >= 1);
    });
  }

  it('names what is missing: a column, a size, a param, every image, one of two equal names', async () => {
    const files = madeFiles(4);
    const csv = String(files['train.csv']);
    const fails = async (
      code: string,
      changed: { readonly [path: string]: string | Uint8Array },
      args: readonly string[] = convertArgs,
    ) => {
      await using rig = await yoloProject({ ...files, ...changed });
      const { report } = await rig.json(...args);
      assert.equal(failureOfRun(report).code, code);
    };
    await fails('table.header-missing', { 'train.csv': csv.replace('rad_id', 'rater') });
    await fails('yolo.size-missing', { 'train_meta.csv': 'image_id,dim0,dim1\n' });
    await fails('yolo.param-missing', {}, ['run', 'yolo:convert', '--annotations', './train.csv', '--out', './set']);
    const voc = ['run', 'yolo:convert', '--format', 'voc', '--out', './set', '--folder'];
    await fails('yolo.no-annotations', {}, [...voc, './train']);
    const elsewhere = convertArgs.map((word) => (word === './train' ? './set2' : word));
    await fails('yolo.images-missing', {}, elsewhere);
    const [first = ''] = Object.keys(files).filter((path) => path.startsWith('train/'));
    await fails('yolo.image-twice', { [first.replace('.png', '.jpg')]: files[first]! });
  });

  it('refuses COCO images that share an id or a name, and makes categories of one name one class', () => {
    const options = { file: 'c.json', onBadRow: 'error', markOrder: 'canonical', noFinding: 'No finding' } as const;
    const read = (ids: readonly number[], names: readonly string[]) =>
      readCoco(
        JSON.stringify({
          images: ids.map((id, at) => ({ id, file_name: names[at], width: 100, height: 100 })),
          annotations: [3, 7, 9].map((category_id) => ({ image_id: ids[0], category_id, bbox: [10, 10, 20, 20] })),
          categories: [
            { id: 9, name: 'a' },
            { id: 3, name: 'a' },
            { id: 7, name: 'b' },
          ],
        }),
        options,
      );
    assert.throws(
      () => read([1, 1], ['a.png', 'b.png']),
      /yolo\.json-invalid: c\.json: a\.png and b\.png have one id, 1/,
    );
    assert.throws(() => read([1, 2], ['a.png', './a.jpg']), /yolo\.image-twice: a\.png and \.\/a\.jpg/);
    const { classes, images } = read([1, 2], ['a.png', 'b.png']);
    assert.deepEqual(classes, ['a', 'b']);
    assert.deepEqual(
      images[0]!.marks.map(({ classId }) => classId),
      [0, 0, 1],
    );
  });

  it('leaves out crowds of COCO, and names or drops annotations without a box', () => {
    const annotations = [
      { image_id: 1, category_id: 1, bbox: [10, 10, 20, 20], iscrowd: false },
      { image_id: 1, category_id: 1, bbox: [10, 10, 30, 20], iscrowd: true },
      { image_id: 1, category_id: 1, bbox: [] },
      { image_id: 1, category_id: 1, bbox: [1, 2, 3, 4, 5] },
    ];
    const images = [{ id: 1, file_name: 'a.png', width: 100, height: 100 }];
    const text = `\uFEFF${JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'a' }] })}`;
    const options = { file: 'c.json', markOrder: 'canonical', noFinding: 'No finding' } as const;
    const read = readCoco(text, { ...options, onBadRow: 'drop' });
    assert.deepEqual([read.images[0]!.marks.length, read.trouble.droppedRows], [1, 2]);
    assert.throws(() => readCoco(text, { ...options, onBadRow: 'error' }), /yolo\.row-invalid: c\.json, line 3/);
  });

  it('puts labels where they are looked for when file names have a folder `images`', async () => {
    const size = { width: 100, height: 50 };
    await using rig = await yoloProject({
      'coco.json': JSON.stringify({
        images: [
          { id: 1, file_name: 'images/a.png', ...size },
          { id: 2, file_name: 'valid/images/b.png', ...size },
        ],
        annotations: [1, 2].map((id) => ({ image_id: id, category_id: 1, bbox: [10, 10, 20, 30] })),
        categories: [{ id: 1, name: 'toothbrush' }],
      }),
      'pictures/images/a.png': png('a'),
      'pictures/valid/images/b.png': png('b'),
    });
    const args = ['--format', 'coco', '--annotations', './coco.json', '--images', './pictures', '--out', './set'];
    assert.equal((await rig.runner('run', 'yolo:convert', ...args)).code, 0);
    const files = filesIn(rig.path('set')).filter((file) => file.includes('/'));
    assert.deepEqual(files, ['images/a.png', 'images/valid/b.png', 'labels/a.txt', 'labels/valid/b.txt']);
    await rig.runner('run', 'yolo:validate', './set', '--out', './v');
    assert.match(rig.read('v/validation.json'), /"labels": 2,\n {2}"objects": 2,/);
  });

  it('reads COCO, VOC and NIH boxes', async () => {
    await using rig = await yoloProject({
      'coco.json': JSON.stringify({
        images: [
          { id: 1, file_name: 'a.png', width: 100, height: 50 },
          { id: 2, file_name: 'b.png', width: 10, height: 10 },
        ],
        annotations: [{ image_id: 1, category_id: 90, bbox: [10, 10, 20, 30] }],
        categories: [
          { id: 90, name: 'toothbrush' },
          { id: 1, name: 'person' },
        ],
      }),
      'voc/a.png': 'an image beside its annotation',
      'voc/a.xml':
        '<annotation><filename>a.png</filename><size><width>100</width><height>50</height></size><object><name>dog</name><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>',
      'nih.csv': 'Image Index,Finding Label,Bbox [x,y,w,h],,,\n0001_000.png,Infiltrate,512,0,256,1024\n',
      'half.json': '{"images": [',
    });
    const convert = (...args: string[]) => rig.json('run', 'yolo:convert', ...args);
    assert.equal((await convert('--format', 'coco', '--annotations', './coco.json', '--out', './c')).code, 0);
    assert.equal(rig.read('c/labels/a.txt'), '1 0.200000 0.500000 0.200000 0.600000');
    assert.equal(rig.read('c/labels/b.txt'), '');
    assert.equal((await convert('--format', 'voc', '--folder', './voc', '--out', './v')).code, 0);
    assert.equal(rig.read('v/labels/a.txt'), '0 0.200000 0.500000 0.200000 0.600000');
    assert.equal((await convert('--format', 'nih', '--annotations', './nih.csv', '--out', './n')).code, 0);
    assert.equal(rig.read('n/labels/0001_000.txt'), '0 0.625000 0.500000 0.250000 1.000000');
    assert.match(rig.read('n/classes.txt'), /0 Infiltration/);
    const half = await convert('--format', 'coco', '--annotations', './half.json', '--out', './h');
    assert.equal(failureOfRun(half.report).code, 'yolo.json-invalid');
  });

  it('names two annotations of VOC that mean one image, and keeps them apart by their paths', async () => {
    const voc = (fileName: string) =>
      `<annotation><filename>${fileName}</filename><size><width>9</width><height>9</height></size></annotation>`;
    await using rig = await yoloProject({ 'voc/x/1.xml': voc('1.jpg'), 'voc/y/1.xml': voc('1.jpg') });
    const args = ['run', 'yolo:convert', '--format', 'voc', '--folder', './voc', '--out', './v'];
    const { code, message } = failureOfRun((await rig.json(...args)).report);
    assert.equal(code, 'yolo.image-twice');
    assert.equal(message, 'x/1.xml and y/1.xml, both of 1, would share a label');
    for (const folder of ['x', 'y']) rig.write(`voc/${folder}/1.xml`, voc(`${folder}/1.jpg`));
    assert.equal((await rig.runner(...args)).code, 0);
    assert.deepEqual(filesIn(rig.path('v/labels')), ['x/1.txt', 'y/1.txt']);
  });

  it('leaves nothing over of what it read before, when annotations no longer name an image', async () => {
    const files = madeFiles(6);
    await using rig = await yoloProject(files);
    assert.equal((await rig.runner(...convertArgs)).code, 0);
    const [header = '', ...rows] = String(files['train.csv']).trimEnd().split('\n');
    const gone = rows[0]!.split(',')[0]!;
    rig.write('train.csv', [header, ...rows.filter((row) => !row.startsWith(gone))].join('\n'));
    const { code, report, stderr } = await rig.json(...convertArgs);
    assert.equal(code, 0, stderr);
    const stale = report['stale'] as { place: string; removed: boolean }[];
    assert.ok(stale.some(({ place }) => place === './set'));
    assert.deepEqual(
      stale.filter(({ removed }) => !removed),
      [],
    );
  });

  it('makes no finding an empty label, a one-pixel object or nothing at all', async () => {
    const files = madeFiles(12);
    await using rig = await yoloProject(files);
    const made = async (noFinding: string) => {
      assert.equal((await rig.runner(...convertArgs, '--no-finding', noFinding)).code, 0);
      return filesIn(rig.path('set/labels')).map((file) => rig.read(`set/labels/${file}`));
    };
    const empty = (await made('background')).filter((text) => text === '').length;
    assert.ok(empty > 0);
    const classed = await made('class');
    assert.equal(classed.filter((text) => /^\d+ 0\.000488 0\.000488 0\.000977 0\.000977$/.test(text)).length, empty);
    assert.equal((await made('drop')).length, 12 - empty);
    assert.equal(filesIn(rig.path('set/images')).length, 12 - empty);
  });
});

function assertTraced(line: ManifestLine, text: string): void {
  const lines = text === '' ? [] : text.split('\n');
  assert.equal(lines.length, line.labels.length, line.stem);
  for (const [index, { class: id, box, from }] of line.labels.entries()) {
    assert.equal(lines[index], `${id} ${box.map((value) => value.toFixed(6)).join(' ')}`);
    assert.ok(from.length > 0 && from.every(([rater]) => line.raters.includes(rater)));
  }
}
