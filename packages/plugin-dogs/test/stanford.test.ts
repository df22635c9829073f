import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { countBreeds } from '../src/breeds/count-breeds.ts';
import { breedOfOriginal, stanfordFolders } from './support/breeds.ts';
import { stanfordTars, tsinghuaZips } from './support/made-archives.ts';
import { archivesOf, dogsProject, filesIn } from './support/project.ts';
import { openSite } from './support/site.ts';

const paths = { images: 'images.tar', annotation: 'annotation.tar' };

describe('dogs:stanford', function () {
  this.timeout(120_000);

  it('carries both archives into the layout of the set, writes the manifest last, and then does nothing', async () => {
    const tars = await stanfordTars({ sizes: 2 });
    await using site = await openSite({ 'images.tar': tars.images, 'annotation.tar': tars.annotation });
    await using rig = await dogsProject();
    const args = ['run', 'dogs:stanford', '--out', './out', '--archives', archivesOf(site.url, paths, tars)];
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    assert.deepEqual(report['result'], { set: './out/spot-raw-data/stanford', breeds: 120, images: 240, files: 480 });
    const files = filesIn(rig.path('out/spot-raw-data/stanford'));
    assert.equal(files.length, 481);
    assert.ok(files.includes('Images/n02089078-black-and-tan_coonhound/n02089078_1.jpg'));
    assert.ok(files.includes('Annotation/n02085620-Chihuahua/n02085620_2'));
    const manifest = JSON.parse(rig.read('out/spot-raw-data/stanford/dataset.json')) as {
      counts: object;
      sources: { digest: string }[];
    };
    assert.equal(Object.keys(manifest.counts).length, 120);
    assert.match(manifest.sources[0]?.digest ?? '', /^sha256:/);
    assert.match(rig.read('dogs-locks/stanford/images.json'), /"sha256"/);
    const asked = site.asked.length;
    const again = await rig.runner(...args);
    assert.match(again.stdout, /Nothing to do/);
    assert.equal(site.asked.length, asked, 'the server was not even asked');
  });

  it('calls no lock file left over: neither that of another set, nor one that was there before', async () => {
    const { images } = await stanfordTars({ sizes: 1 });
    const zips = await tsinghuaZips(1);
    await using site = await openSite({ 'images.tar': images, 'low.zip': zips.images });
    await using rig = await dogsProject();
    const stanford = ['dogs:stanford', '--archives', archivesOf(site.url, { images: 'images.tar' })];
    const tsinghua = ['dogs:tsinghua', '--archives', archivesOf(site.url, { 'low-resolution': 'low.zip' })];
    for (const args of [stanford, tsinghua, [...stanford, '--force'], tsinghua]) {
      const { code, report, stderr } = await rig.json('run', ...args, '--out', './out');
      assert.equal(code, 0, stderr);
      assert.deepEqual(report['stale'], [], args.join(' '));
    }
    assert.deepEqual(filesIn(rig.path('dogs-locks')), ['stanford/images.json', 'tsinghua/low-resolution.json']);
  });

  it('keeps 120 labels and 20,580 images apart where the rule before made 119 of them', async () => {
    const tars = await stanfordTars({ sizes: 'real' });
    await using site = await openSite({ 'images.tar': tars.images });
    await using rig = await dogsProject();
    const { code, report, stderr } = await rig.json(
      'run',
      'dogs:stanford',
      '--out',
      './out',
      '--archives',
      archivesOf(site.url, { images: 'images.tar' }, tars),
    );
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    assert.deepEqual(report['result'], {
      set: './out/spot-raw-data/stanford',
      breeds: 120,
      images: 20_580,
      files: 20_580,
    });
    const files = filesIn(rig.path('out/spot-raw-data/stanford/Images'));
    assert.equal(files.length, 20_580, 'none lost');
    const counts = countBreeds(
      files.map((file) => `Images/${file}`),
      'Images',
    );
    for (const [breed, count] of [
      ['flat-coated_retriever', 152],
      ['curly-coated_retriever', 151],
    ] as const) {
      assert.equal([...counts].find(([name]) => name.endsWith(`-${breed}`))?.[1], count, 'none merged');
    }
    for (const trap of [
      'black-and-tan_coonhound',
      'wire-haired_fox_terrier',
      'German_short-haired_pointer',
      'soft-coated_wheaten_terrier',
    ]) {
      assert.ok(
        [...counts.keys()].some((name) => name.slice(name.indexOf('-') + 1) === trap),
        trap,
      );
    }
    assert.equal(new Set(stanfordFolders.map(breedOfOriginal)).size, 119);
    const one = 'n02099429-curly-coated_retriever/n02099429_151.jpg';
    assert.ok(tars.images.includes(readFileSync(rig.path('out/spot-raw-data/stanford/Images', one))));
  });
});
