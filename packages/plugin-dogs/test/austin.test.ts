import assert from 'node:assert/strict';
import { planPhotos } from '../src/austin/plan-photos.ts';
import { tinyJpeg } from './support/made-archives.ts';
import { codesOf, dogsProject, filesIn } from './support/project.ts';
import { openSite } from './support/site.ts';

const place = 'out/spot-raw-data/austin';
const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex');

describe('dogs:austin', function () {
  this.timeout(60_000);

  it('gives no two photos one name, whatever the order of the table', () => {
    const lines = ['b', 'a', 'a', 'c'].map((name) => ({
      'AnimalInternal-ID': '7',
      PhotoUrl: `https://live-cdn.shelterluv.com/${name}.jpg`,
    }));
    const planned = planPhotos(lines, ['live-cdn.shelterluv.com=www.shelterluv.com']);
    assert.deepEqual(
      planned.map(({ key, url }) => [key, url]),
      ['a', 'b', 'c'].map((name, index) => [`7_${index + 1}`, `https://www.shelterluv.com/${name}.jpg`]),
    );
    assert.deepEqual(planPhotos(lines.toReversed(), ['live-cdn.shelterluv.com=www.shelterluv.com']), planned);
  });

  it('replaces hosts as they are written, with their ports', () => {
    const lines = ['https://one.org/a', 'https://one.org:8080/b', 'http://two.org:81/c'].map((PhotoUrl) => ({
      'AnimalInternal-ID': '7',
      PhotoUrl,
    }));
    assert.deepEqual(
      planPhotos(lines, ['ONE.org:8080=one.net', 'two.org:81=two.net:82']).map(({ url }) => url),
      ['http://two.net:82/c', 'https://one.org/a', 'https://one.net/b'],
    );
  });

  it('refuses a host that is none, and one at which no photo is', async () => {
    await using site = await openSite({ 'a.jpg': await tinyJpeg('a') });
    await using rig = await dogsProject();
    const { host } = new URL(site.url);
    rig.write('photos.csv', `AnimalInternal-ID,PhotoUrl\n1,${site.url}/a.jpg\n`);
    const args = ['run', 'dogs:austin', '--photos', './photos.csv', '--out', './out', '--hosts'];
    for (const wrong of ['old', 'a=b=c', 'a=https://b', 'a=b/c', '=b', 'a=', 'a b=c', 'a=user@b', 'a=b:99999']) {
      const { code, stderr } = await rig.runner(...args, wrong);
      assert.equal(code, 2, wrong);
      assert.match(stderr, /--hosts\[0\][^]*is not old=new, two names of hosts/);
    }
    const unknown = await rig.runner(...args, `wrong.example=${host}`);
    assert.equal(unknown.code, 1);
    const said = `--hosts wrong.example=${host} names the host of no photo; the photos are at ${host}`;
    assert.ok(unknown.stdout.includes(said), unknown.stdout);
    assert.match(unknown.stdout, /\[dogs\.host-unknown\]/);
    assert.equal(site.asked.length, 0);
    const right = await rig.json(...args, `${host}=${host}`);
    assert.equal(right.code, 0, JSON.stringify(right.report));
  });

  it('names photos by their bytes, lists those that did not come, and asks only for them the next time', async () => {
    await using site = await openSite({
      'a.jpg': await tinyJpeg('a'),
      'b.jpg': png,
      'page.jpg': Buffer.from('<html><title>Gone</title></html>'),
    });
    site.delayMs = 50;
    await using rig = await dogsProject();
    const lines = [
      'a.jpg',
      'b.jpg',
      'page.jpg',
      'none.jpg',
      ...Array.from({ length: 12 }, (_, index) => `more${index}.jpg`),
    ];
    for (const name of lines.filter((one) => one.startsWith('more'))) site.set(name, await tinyJpeg(name));
    rig.write('photos.csv', `AnimalInternal-ID,PhotoUrl\n${lines.map((name) => `101,${site.url}/${name}\n`).join('')}`);
    rig.write(
      'dogs.csv',
      'AnimalInternal-ID,AnimalName,AnimalSex,AnimalWeightPounds,AnimalDOB,AnimalBreed,AnimalColor,AnimalPattern\n101,Rex,Male,42.5,2019-01-02,"Terrier, Mix",Black,null\n',
    );
    const args = ['run', 'dogs:austin', '--photos', './photos.csv', '--animals', './dogs.csv', '--out', './out'];
    const first = await rig.json(...args);
    assert.equal(first.code, 1);
    assert.deepEqual([...new Set(codesOf(first.report))].sort(), [
      'dogs.photo-refused',
      'dogs.photos-missing',
      'kit.download-refused',
    ]);
    assert.ok(site.mostAtOnce <= 4, `${site.mostAtOnce} at once`);
    const files = filesIn(rig.path(place));
    assert.ok(files.includes('full_quality/101_1.jpg') && files.includes('full_quality/101_2.png'), files.join());
    assert.equal(files.filter((file) => file.startsWith('full_quality/')).length, 14);
    assert.equal(
      rig.read(`${place}/failures.csv`),
      `AnimalInternal-ID,PhotoUrl\r\n101,${site.url}/none.jpg\r\n101,${site.url}/page.jpg\r\n`.replaceAll(
        '\r\n',
        rig.read(`${place}/failures.csv`).includes('\r') ? '\r\n' : '\n',
      ),
    );
    assert.ok(!rig.exists(`${place}/dataset.json`));
    assert.deepEqual(JSON.parse(rig.read(`${place}/annotations/101_2.json`)), {
      internal_id: '101',
      image_file: '101_2.png',
      name: 'Rex',
      sex: 'Male',
      weight_pounds: 42.5,
      dob: '2019-01-02',
      breed: 'Terrier, Mix',
      color: 'Black',
      pattern: null,
    });
    site.set('page.jpg', await tinyJpeg('page'));
    site.set('none.jpg', await tinyJpeg('none'));
    const asked = site.asked.length;
    const second = await rig.json(...args);
    assert.equal(second.code, 0, JSON.stringify(second.report));
    assert.equal(site.asked.length - asked, 2);
    assert.ok(rig.exists(`${place}/dataset.json`) && !rig.exists(`${place}/failures.csv`));
  });

  it('asks again for what failures.csv lists, and keeps the names of all the others', async () => {
    const names = ['a.jpg', 'b.jpg', 'c.jpg'];
    await using site = await openSite({ 'a.jpg': await tinyJpeg('a'), 'c.jpg': await tinyJpeg('c') });
    await using rig = await dogsProject();
    rig.write('photos.csv', `AnimalInternal-ID,PhotoUrl\n${names.map((name) => `7,${site.url}/${name}\n`).join('')}`);
    const args = ['run', 'dogs:austin', '--out', './out', '--photos'];
    assert.equal((await rig.runner(...args, './photos.csv')).code, 1);
    const before = rig.read(`${place}/full_quality/7_3.jpg`);
    const gone = await rig.json(...args, `./${place}/failures.csv`);
    assert.deepEqual([gone.code, (gone.report['failures'] as unknown[]).length], [1, 2], JSON.stringify(gone.report));
    site.set('b.jpg', await tinyJpeg('b'));
    const { code, report } = await rig.json(...args, `./${place}/failures.csv`);
    assert.equal(code, 0, JSON.stringify(report));
    const photos = ['7_1.jpg', '7_2.jpg', '7_3.jpg'].map((name) => `full_quality/${name}`);
    assert.deepEqual(
      filesIn(rig.path(place)).filter((file) => file.startsWith('full_quality/')),
      photos,
    );
    assert.equal(rig.read(`${place}/full_quality/7_3.jpg`), before);
    assert.deepEqual(report['result'], { set: `./${place}`, dogs: 1, photos: 3, missing: 0 });
    const asked = site.asked.length;
    assert.equal((await rig.runner(...args, './photos.csv')).code, 0);
    assert.equal(site.asked.length, asked);
  });

  it('publishes without some photos when told so, and refuses a table with an id that is none, or empty', async () => {
    await using site = await openSite({ 'a.jpg': await tinyJpeg('a') });
    await using rig = await dogsProject();
    rig.write('photos.csv', `AnimalInternal-ID,PhotoUrl\n1,${site.url}/a.jpg\n2,${site.url}/b.jpg\n`);
    const { report } = await rig.json(
      'run',
      'dogs:individuals',
      '--photos',
      './photos.csv',
      '--out',
      './out',
      '--allow-missing',
    );
    assert.ok(rig.exists(`${place}/dataset.json`), JSON.stringify(report));
    rig.write('bad.csv', `AnimalInternal-ID,PhotoUrl\n../1,${site.url}/a.jpg\n`);
    const bad = await rig.runner('run', 'dogs:austin', '--photos', './bad.csv', '--out', './out');
    assert.match(bad.stderr, /is no internal id/);
    rig.write('none.csv', 'AnimalInternal-ID,PhotoUrl\n');
    const none = await rig.runner('run', 'dogs:austin', '--photos', './none.csv', '--out', './out');
    assert.equal(none.code, 2, none.stderr);
    assert.ok(rig.exists(`${place}/full_quality/1_1.jpg`));
  });
});
