import assert from 'node:assert/strict';
import { picture } from './support/pictures.ts';
import { stanfordTars } from './support/made-archives.ts';
import { archivesOf, dogsProject } from './support/project.ts';
import { openSite } from './support/site.ts';

const shetland = 'n02105855-Shetland_sheepdog';
const chihuahua = 'n02085620-Chihuahua';

describe('dogs:verify', function () {
  this.timeout(60_000);

  it('finds what is wrong with Stanford Dogs, planted in an archive: a PNG, print colours, a cut file, duplicates', async () => {
    const planted = {
      [`Images/${shetland}/n02105855_2933.jpg`]: await picture('a png', 'png'),
      [`Images/${shetland}/n02105855_1.jpg`]: await picture('same'),
      [`Images/${chihuahua}/n02085620_1.jpg`]: await picture('same'),
      [`Images/${chihuahua}/n02085620_2.jpg`]: await picture('print', 'cmyk'),
      [`Images/${chihuahua}/n02085620_3.jpg`]: (await picture('cut')).subarray(0, 500),
      [`Images/${chihuahua}/n02085620_4.jpg`]: await picture('alike', 'jpeg', 90),
      [`Images/${shetland}/n02105855_5.jpg`]: await picture('alike', 'jpeg', 60),
      [`Images/${shetland}/n02105855_6.jpg`]: '<html>not here</html>',
    };
    const { images } = await stanfordTars({ sizes: 0, images: planted });
    await using site = await openSite({ 'images.tar': images });
    await using rig = await dogsProject();
    const carried = await rig.json(
      'run',
      'dogs:stanford',
      '--out',
      './out',
      '--archives',
      archivesOf(site.url, { images: 'images.tar' }),
    );
    assert.equal(carried.code, 0, JSON.stringify(carried.report));
    const args = ['run', 'dogs:verify', '--images', './out/spot-raw-data/stanford/Images', '--out', './report'];
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    const { findings } = JSON.parse(rig.read('report/verify.json')) as {
      findings: { kind: string; image: string; message: string }[];
    };
    const of = (name: string): string[] =>
      findings
        .filter(({ image }) => image.endsWith(name))
        .map(({ kind }) => kind)
        .sort();
    assert.deepEqual(of('n02105855_2933.jpg'), ['other-type']);
    assert.deepEqual(of('n02085620_2.jpg'), ['cmyk']);
    assert.deepEqual(of('n02085620_3.jpg'), ['damaged']);
    assert.deepEqual(of('n02105855_6.jpg'), ['other-type', 'unreadable']);
    assert.deepEqual(
      findings.filter(({ kind }) => kind === 'duplicate').map(({ message }) => message),
      [`has the same bytes as ${chihuahua}/n02085620_1.jpg, in another class`],
    );
    assert.deepEqual(
      findings.filter(({ kind }) => kind === 'near-duplicate').map(({ image }) => image),
      [`${shetland}/n02105855_5.jpg`],
    );
    assert.match(rig.read('report/verify.html'), /n02105855_2933/);
    const strict = await rig.runner(...args, '--on-finding', 'error');
    assert.equal(strict.code, 1);
    assert.match(strict.stdout + strict.stderr, /among 8 images: .*1 cmyk/);
  });

  it('says that a place has no images', async () => {
    await using rig = await dogsProject();
    rig.write('empty/readme.txt', 'nothing');
    const { stdout, stderr } = await rig.runner('run', 'dogs:verify', '--images', './empty', '--out', './report');
    assert.match(stdout + stderr, /\.\/empty has no images/);
  });
});
