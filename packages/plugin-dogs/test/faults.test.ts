import assert from 'node:assert/strict';
import { startGcsServer } from '@dataset-runner/core/testing';
import { stanfordTars, tarOf, tinyJpeg, tsinghuaZips } from './support/made-archives.ts';
import { archivesOf, codesOf, dogsProject, filesIn } from './support/project.ts';
import { openSite } from './support/site.ts';

const set = 'out/spot-raw-data';
const htmlPage = Buffer.from(
  '<!doctype html><html><head><title>Sign in</title></head><body>no zip here</body></html>'.padEnd(2000),
);

/** Arguments of a run that takes the site's `images.tar`. */
function stanford(
  site: { readonly url: string },
  known: Readonly<Record<string, Uint8Array>> = {},
  out = './out',
): string[] {
  const archives = archivesOf(site.url, { images: 'images.tar' }, known);
  return ['run', 'dogs:stanford', '--out', out, '--archives', archives];
}

function tsinghua(site: { readonly url: string }, paths: Readonly<Record<string, string>>): string[] {
  return ['run', 'dogs:tsinghua', '--out', './out', '--archives', archivesOf(site.url, paths)];
}

describe('carrying archives on a bad day', function () {
  this.timeout(120_000);

  it('goes on behind a connection that is cut at 60 %, without asking for the beginning again', async () => {
    const { images } = await stanfordTars({ sizes: 3 });
    await using site = await openSite({ 'images.tar': images });
    const cutAt = Math.floor(images.length * 0.6);
    site.mishap = ({ nth }) => (nth === 1 ? { cutAt } : undefined);
    await using rig = await dogsProject();
    const { code, report, stderr } = await rig.json(...stanford(site, { images }));
    assert.equal(code, 0, `${stderr}${JSON.stringify(report)}`);
    assert.equal(filesIn(rig.path(set, 'stanford/Images')).length, 360);
    assert.equal(site.asked.length, 2);
    assert.match(site.asked[1] ?? '', /bytes=\d{4,}-$/);
    assert.ok(site.sentBytes < images.length * 1.1, `${site.sentBytes} of ${images.length}`);
  });

  it('reads from its start again what it cannot continue', async () => {
    const { images } = await stanfordTars({ sizes: 3 });
    await using site = await openSite({ 'images.tar': images });
    site.ranges = false;
    site.mishap = ({ nth }) => (nth === 1 ? { cutAt: Math.floor(images.length * 0.6) } : undefined);
    await using rig = await dogsProject();
    const { code, report } = await rig.json(...stanford(site, { images }));
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal(filesIn(rig.path(set, 'stanford/Images')).length, 360);
    assert.equal(site.asked.length, 2);
  });

  it('waits as long as a 503 with Retry-After asks', async () => {
    const { images } = await stanfordTars({ sizes: 1 });
    await using site = await openSite({ 'images.tar': images });
    site.mishap = ({ nth }) => (nth === 1 ? { status: 503, headers: { 'retry-after': '2' } } : undefined);
    await using rig = await dogsProject();
    const startMs = performance.now();
    const { code, report } = await rig.json(...stanford(site));
    assert.equal(code, 0, JSON.stringify(report));
    assert.ok(performance.now() - startMs >= 2_000);
    assert.equal(site.asked.length, 2);
  });

  it('names an HTML page that came instead of a zip, and leaves nothing', async () => {
    const { annotations } = await tsinghuaZips(2);
    await using site = await openSite({ 'low-resolution.zip': htmlPage, 'low-annotations.zip': annotations });
    await using rig = await dogsProject();
    const paths = { 'low-resolution': 'low-resolution.zip', 'low-annotations': 'low-annotations.zip' };
    const { code, report } = await rig.json(...tsinghua(site, paths));
    assert.equal(code, 1);
    assert.deepEqual(codesOf(report), ['kit.download-content']);
    assert.match(JSON.stringify(report['failures']), /HTML page titled \\"Sign in\\"/);
    assert.ok(!rig.exists(`${set}/tsinghua/dataset.json`), 'half a set has no manifest');
  });

  it('refuses a zip that changed between two ranges, removes what came of it, and takes the new one next time', async () => {
    const before = await tsinghuaZips(60);
    const after = await tsinghuaZips(61);
    await using site = await openSite({ 'low-resolution.zip': before.images });
    // The directory is read, then the entries begin.
    site.mishap = ({ range, nth }) => {
      if (range !== undefined && nth === 6) site.set('low-resolution.zip', after.images);
      return undefined;
    };
    await using rig = await dogsProject();
    const args = tsinghua(site, { 'low-resolution': 'low-resolution.zip' });
    const first = await rig.json(...args);
    assert.equal(first.code, 1, JSON.stringify(first.report));
    assert.deepEqual(codesOf(first.report), ['kit.remote-changed']);
    assert.deepEqual(filesIn(rig.path(set)), []);
    site.mishap = () => undefined;
    const second = await rig.json(...args);
    assert.equal(second.code, 0, JSON.stringify(second.report));
    assert.equal(filesIn(rig.path(set, 'tsinghua/low-resolution')).length, 4 * 61);
  });

  it('says what came instead of a pinned archive, and removes the files that were there by then', async () => {
    const { images } = await stanfordTars({ sizes: 1 });
    const other = Buffer.from(images);
    // Somewhere in the comment of a picture: the size stays.
    other[other.indexOf('n02085620_1') + 2] = 0x39;
    await using site = await openSite({ 'images.tar': other });
    await using rig = await dogsProject();
    const { code, report } = await rig.json(...stanford(site, { images }));
    assert.equal(code, 1);
    assert.ok(
      codesOf(report).every((name) => /archive-mismatch|kit\.archive/.test(name)),
      JSON.stringify(report['failures']),
    );
    assert.deepEqual(filesIn(rig.path(set)), []);
  });

  it('refuses an archive that is not that of its lock file, on a machine that has never seen it', async () => {
    const first = await tarOf(new Map([['Images/n02085620-Chihuahua/n02085620_1.jpg', await tinyJpeg('one')]]));
    const other = await tarOf(new Map([['Images/n02085620-Chihuahua/n02085620_1.jpg', await tinyJpeg('two')]]));
    await using site = await openSite({ 'images.tar': first });
    const args = stanford(site);
    await using rig = await dogsProject();
    assert.equal((await rig.json(...args)).code, 0);
    const lock = rig.read('dogs-locks/stanford/images.json');
    await using elsewhere = await dogsProject();
    elsewhere.write('dogs-locks/stanford/images.json', lock);
    site.set('images.tar', other);
    const { code, report } = await elsewhere.json(...args);
    assert.equal(code, 1);
    assert.deepEqual(codesOf(report), ['dogs.lock-differs']);
    assert.deepEqual(filesIn(elsewhere.path(set)), []);
    site.set('images.tar', first);
    assert.equal((await elsewhere.json(...args)).code, 0, 'the one that was locked is welcome');
  });

  it('names a lock file that says nothing, and two archives of one name', async () => {
    const bytes = await tarOf(new Map([['Images/n02085620-Chihuahua/n02085620_1.jpg', await tinyJpeg('one')]]));
    await using site = await openSite({ 'images.tar': bytes });
    await using rig = await dogsProject();
    for (const text of ['<<<<<<< HEAD\n', '{"sizeBytes": "many"}', '[]']) {
      rig.write('dogs-locks/stanford/images.json', text);
      assert.deepEqual(codesOf((await rig.json(...stanford(site))).report), ['dogs.lock-invalid']);
    }
    const archive = { name: 'images', url: `${site.url}/images.tar` };
    const twice = JSON.stringify([archive, archive]);
    const { report } = await rig.json('run', 'dogs:stanford', '--out', './data', '--archives', twice);
    assert.deepEqual(codesOf(report), ['dogs.archive-twice']);
  });

  it('goes on inside an archive after kill -9', async () => {
    const { images } = await stanfordTars({ sizes: 8 });
    await using site = await openSite({ 'images.tar': images });
    site.mishap = ({ nth }) => (nth === 1 ? { stallAt: Math.floor(images.length * 0.7) } : undefined);
    await using rig = await dogsProject();
    const args = stanford(site, { images });
    const running = rig.start(...args);
    const folder = rig.path(set, 'stanford/Images');
    while (filesIn(folder).length < 400) await new Promise((resolve) => setTimeout(resolve, 50));
    running.process.kill('SIGKILL');
    await running.ended;
    assert.ok(!rig.exists(`${set}/stanford/dataset.json`));
    const { code, report } = await rig.json(...args);
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal(filesIn(folder).length, 960);
    assert.deepEqual((report['result'] as { images: number }).images, 960);
  });

  it('stops by name when the bucket is full or closed, keeps what is there, and goes on when it is not', async () => {
    const { images } = await stanfordTars({ sizes: 1 });
    await using site = await openSite({ 'images.tar': images });
    const gcs = await startGcsServer();
    try {
      await using rig = await dogsProject(
        `stores:\n  bucket: { url: 'gs://spot', endpoint: '${gcs.url}', createBucket: true, projectId: lab, anonymous: true }\n`,
      );
      const args = stanford(site, { images }, 'bucket:');
      const isUpload = (url = ''): boolean => url.includes('/upload/');
      let uploads = 0;
      for (const [status, reason, name] of [
        [507, 'insufficientStorage', 'store.full'],
        [403, 'forbidden', 'store.denied'],
      ] as const) {
        gcs.fault = ({ url }) => (isUpload(url) && ++uploads > 40 ? { status, reason } : undefined);
        const { code, report } = await rig.json(...args);
        assert.ok(code !== 0, `${status}`);
        assert.deepEqual(codesOf(report), [name], JSON.stringify(report['failures']));
        assert.ok(![...gcs.requests].some((line) => line.includes('dataset.json')), 'no manifest');
      }
      const held = gcs.requests.filter((line) => line.includes('/upload/')).length;
      gcs.fault = () => undefined;
      const second = await rig.json(...args);
      assert.equal(second.code, 0, JSON.stringify(second.report));
      const uploaded = gcs.requests.filter((line) => line.includes('/upload/')).length - held;
      assert.ok(uploaded < 115, `${uploaded} uploads: those that were there were not sent again`);
      assert.equal((second.report['result'] as { images: number }).images, 120);
    } finally {
      await gcs.close();
    }
  });
});
