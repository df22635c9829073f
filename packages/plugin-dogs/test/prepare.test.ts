import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openArchive } from '@dataset-runner/kit/extract';
import sharp from 'sharp';
import { stanfordXml } from './support/made-archives.ts';
import { picture } from './support/pictures.ts';
import { codesOf, dogsProject, filesIn } from './support/project.ts';
import type { ProjectRig } from '@dataset-runner/core/testing';

const folders = ['n02099267-flat-coated_retriever', 'n02099429-curly-coated_retriever'];

async function breedSet(rig: ProjectRig, perClass: number): Promise<string[]> {
  for (const folder of folders) {
    const id = folder.slice(0, folder.indexOf('-'));
    for (let number = 1; number <= perClass; number++) {
      const name = `${id}_${number}`;
      // The first two of a class are one picture.
      rig.write(`images/${folder}/${name}.jpg`, await picture(`${folder} ${Math.max(2, number)}`));
      rig.write(
        `annotations/${folder}/${name}`,
        stanfordXml(
          folder,
          name,
          number === 3
            ? [
                [4, 4, 24, 20],
                [24, 4, 40, 30],
              ]
            : [[8, 6, 40, 30]],
        ),
      );
    }
  }
  return ['run', 'dogs:prepare', '--images', './images', '--annotations', './annotations', '--side', '32'];
}

interface Line {
  readonly key: string;
  readonly split: string;
  readonly sha256: string;
  readonly group: string;
}

function manifest(rig: ProjectRig, set: string): Line[] {
  return rig
    .read(`${set}/split-manifest.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('dogs:prepare', function () {
  this.timeout(60_000);

  it('keeps what it cuts for one set when it prepares another', async () => {
    await using rig = await dogsProject();
    const args = (await breedSet(rig, 4)).slice(0, -2);
    for (const side of ['32', '16']) {
      const { code, stderr } = await rig.json(...args, '--out', `./set-${side}`, '--side', side);
      assert.equal(code, 0, stderr);
    }
    assert.match((await rig.runner(...args, '--out', './set-32', '--side', '32')).stdout, /Nothing to do/);
  });

  it('cuts out every dog, brings it to size, keeps equal images together, and makes the same set again', async () => {
    await using rig = await dogsProject();
    const args = await breedSet(rig, 20);
    const { code, report, stderr } = await rig.json(...args, '--out', './set', '--shard-size', '10');
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    const result = report['result'] as { train: number; val: number; test: number; classes: number };
    assert.deepEqual(
      [result.classes, result.train + result.val + result.test],
      [2, 42],
      'two of the images show two dogs',
    );
    assert.ok(result.val >= 5 && result.test >= 5);
    const files = filesIn(rig.path('set')).filter((file) => /^(train|val|test)\//.test(file));
    assert.equal(files.length, 42);
    const { width, height } = await sharp(readFileSync(rig.path('set', files[0] as string))).metadata();
    assert.deepEqual([width, height], [32, 32]);
    const lines = manifest(rig, 'set');
    for (const line of lines) {
      assert.deepEqual(
        [...new Set(lines.filter(({ sha256 }) => sha256 === line.sha256).map(({ split }) => split))],
        [line.split],
      );
    }
    const index = JSON.parse(rig.read('set/shards/index.json')) as {
      classes: string[];
      shards: { shard: string; count: number }[];
    };
    assert.deepEqual(index.classes, ['curly_coated_retriever', 'flat_coated_retriever']);
    assert.equal(
      index.shards.reduce((sum, { count }) => sum + count, 0),
      42,
    );
    await using shard = await openArchive(rig.path('set/shards', index.shards[0]?.shard ?? ''));
    const members: string[] = [];
    for await (const { key } of shard.entries()) members.push(key);
    assert.deepEqual(members.slice(0, 3), ['000000.cls', '000000.jpg', '000000.json']);
    await rig.json(...args, '--out', './again');
    assert.equal(rig.read('again/split-manifest.jsonl'), rig.read('set/split-manifest.jsonl'));
    const third = await rig.runner(...args, '--out', './set', '--shard-size', '10');
    assert.match(third.stdout, /Nothing to do/);
    await rig.runner(...args, '--out', './set');
    assert.deepEqual(
      filesIn(rig.path('set')).filter((file) => file.startsWith('shards/')),
      [],
    );
  });

  it('never puts one dog into two parts, not even through a photo of two dogs', async () => {
    await using rig = await dogsProject();
    for (let dog = 1; dog <= 24; dog++) {
      for (let photo = 1; photo <= 4; photo++) {
        const file = `${dog}_${photo}.jpg`;
        // Dogs 1 and 2 share a photo.
        rig.write(`photos/${file}`, await picture(dog <= 2 && photo === 1 ? 'both' : `${dog} ${photo}`));
        rig.write(
          `notes/${dog}_${photo}.json`,
          JSON.stringify({
            internal_id: String(dog),
            image_file: file,
            breed: dog % 2 ? 'Terrier, Mix' : 'Labrador Retriever',
          }),
        );
      }
    }
    const { code, report, stderr } = await rig.json(
      'run',
      'dogs:prepare',
      '--by',
      'dog',
      '--images',
      './photos',
      '--annotations',
      './notes',
      '--out',
      './set',
      '--side',
      '16',
    );
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    const dogOf = ({ key }: Line): string => key.slice(key.lastIndexOf('/') + 1).split('_')[0] ?? '';
    const partsOf = new Map<string, Set<string>>();
    for (const line of manifest(rig, 'set'))
      partsOf.set(dogOf(line), (partsOf.get(dogOf(line)) ?? new Set()).add(line.split));
    assert.equal(partsOf.size, 24);
    assert.ok([...partsOf.values()].every((parts) => parts.size === 1));
    assert.deepEqual(partsOf.get('1'), partsOf.get('2'));
    assert.deepEqual(new Set([...partsOf.values()].flatMap((parts) => [...parts])), new Set(['train', 'val', 'test']));
    assert.ok(filesIn(rig.path('set')).some((file) => file.includes('/terrier_mix/')));
  });

  it('makes no empty set of images and annotations that do not belong together', async () => {
    await using rig = await dogsProject();
    rig.write('photos/7_1.jpg', await picture('7'));
    rig.write('notes/8_1.json', '{"internal_id": "8", "image_file": "8_1.jpg", "breed": null}');
    const args = ['run', 'dogs:prepare', '--by', 'dog', '--images', './photos', '--annotations', './notes'];
    assert.deepEqual(codesOf((await rig.json(...args, '--out', './set')).report), ['dogs.none-annotated']);
    assert.deepEqual(filesIn(rig.path('set')), []);
  });

  it('names two files that are one image by class folder and name', async () => {
    await using rig = await dogsProject();
    const args = await breedSet(rig, 1);
    const [folder = ''] = folders;
    rig.write(`images/${folder}/n02099267_1.png`, await picture('another'));
    const { report } = await rig.json(...args, '--out', './set');
    assert.deepEqual(codesOf(report), ['dogs.image-twice']);
    assert.match(JSON.stringify(report['failures']), /n02099267_1\.jpg and .*n02099267_1\.png are both/);
  });

  it('names a note that says nothing of a photo', async () => {
    await using rig = await dogsProject();
    rig.write('photos/7_1.jpg', await picture('7'));
    const args = ['run', 'dogs:prepare', '--by', 'dog', '--images', './photos', '--annotations', './notes'];
    for (const note of ['{"internal_id": "7"', '{"internal_id": 7, "image_file": "7_1.jpg", "breed": null}']) {
      rig.write('notes/7_1.json', note);
      const { report } = await rig.json(...args, '--out', './set');
      assert.deepEqual(codesOf(report), ['dogs.note-invalid']);
    }
  });

  it('names a dog that cannot be cut out, or leaves it out when told so', async () => {
    await using rig = await dogsProject();
    const args = await breedSet(rig, 12);
    rig.write(`images/${folders[0]}/n02099267_5.jpg`, (await picture('cut')).subarray(0, 200));
    const strict = await rig.runner(...args, '--out', './set');
    assert.equal(strict.code, 1);
    assert.match(strict.stdout + strict.stderr, /1 dogs could not be cut out, for example flat_coated_retr/);
    assert.ok(!rig.exists('set/dataset.json'));
    const { code, report } = await rig.json(...args, '--out', './set', '--on-broken', 'leave-out');
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal((report['result'] as { leftOut: number }).leftOut, 1);
  });
});
