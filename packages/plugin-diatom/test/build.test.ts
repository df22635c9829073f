import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openArchive } from '@dataset-runner/kit/extract';
import { buildArgs, diatomProject, entry, filesIn, type ReportedMap } from './support/project.ts';
import { picture, pictures, zip } from './support/pictures.ts';
import { openSite } from './support/site.ts';

/** What each map of a run did, by name. */
function counts(report: Record<string, unknown>): Record<string, ReportedMap['counts']> {
  return Object.fromEntries((report['maps'] as ReportedMap[]).map((map) => [map.name, map.counts]));
}

describe('diatom:build', function () {
  this.timeout(60_000);

  it('publishes a set, its manifest, its reports and its zip; and a second run does nothing', async () => {
    await using site = await openSite({
      'navicula.zip': await zip(pictures('navicula', 14)),
      'cymbella.zip': await zip({
        ...pictures('cymbella', 12),
        'cymbella/notes.txt': 'spring',
        'cymbella/Thumbs.db': 'x',
      }),
    });
    await using rig = await diatomProject([entry(site.url, 'navicula'), entry(site.url, 'cymbella')]);

    const first = await rig.json(...buildArgs);
    assert.equal(first.code, 0, first.stderr);
    const result = first.report['result'] as {
      train: number;
      test: number;
      leftOut: number;
      zip: { key: string; size: number };
    };
    assert.deepEqual([result.train, result.test, result.leftOut], [6, 20, 2]);
    const files = filesIn(rig.path('set'));
    assert.equal(files.filter((file) => file.startsWith('results/test/navicula/')).length, 10);
    assert.equal(files.filter((file) => file.startsWith('results/train/cymbella/')).length, 2);
    for (const file of [
      'dataset.json',
      'split-manifest.jsonl',
      'reports/contact-sheet.png',
      'reports/contact-sheet.html',
      'reports/leaks.json',
      'reports/leaks.html',
    ])
      assert.ok(files.includes(file), file);
    assert.match(result.zip.key, /^diatom_set-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.zip$/);
    await using packed = await openArchive(rig.path('set', result.zip.key));
    const members: string[] = [];
    for await (const member of packed.entries()) members.push(member.key);
    assert.deepEqual(
      members,
      files.filter((file) => file.startsWith('results/')),
    );

    const line = JSON.parse(rig.read('set/split-manifest.jsonl').split('\n')[0] ?? '') as Record<string, string>;
    assert.deepEqual(Object.keys(line), ['path', 'key', 'sha256', 'class', 'group', 'split', 'source']);
    assert.equal(
      line['sha256'],
      createHash('sha256')
        .update(readFileSync(rig.path('set', line['path'] ?? '')))
        .digest('hex'),
    );

    const asked = site.asked.length;
    const again = await rig.json(...buildArgs);
    assert.deepEqual((again.report['result'] as { zip: unknown }).zip, result.zip);
    for (const [name, { done }] of Object.entries(counts(again.report))) assert.equal(done, 0, name);
    assert.equal(site.asked.length, asked);
  });

  it('does only its part for one new archive', async () => {
    await using site = await openSite({
      'a.zip': await zip(pictures('a', 12)),
      'b.zip': await zip(pictures('b', 12)),
    });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    rig.write('species.json', JSON.stringify([entry(site.url, 'a'), entry(site.url, 'b')]));
    const { report } = await rig.json(...buildArgs);
    const did = counts(report);
    assert.deepEqual([did['download-archive']?.done, did['download-archive']?.reused], [1, 1]);
    assert.deepEqual([did['unpack-archive']?.done, did['place-picture']?.done], [1, 12]);
    assert.deepEqual([did['unpack-archive']?.reused, did['place-picture']?.reused], [1, 12]);
    assert.deepEqual(site.asked, ['/a.zip', '/b.zip']);
  });

  it('gives a corrected label without downloading or unpacking again', async () => {
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a', { species_label: 'navicla' })]);
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    rig.write('species.json', JSON.stringify([entry(site.url, 'a', { species_label: 'navicula' })]));
    const did = counts((await rig.json(...buildArgs)).report);
    assert.deepEqual([did['download-archive']?.done, did['unpack-archive']?.done], [0, 0]);
    assert.ok(filesIn(rig.path('set/results')).every((file) => file.includes('/navicula/')));
  });

  it('moves pictures for another seed, leaves none in two splits, and a dry run told so before', async () => {
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 40)) });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    const before = filesIn(rig.path('set/results'));
    const planned = counts((await rig.json(...buildArgs, '--seed', '7', '--dry-run')).report);
    assert.deepEqual(filesIn(rig.path('set/results')), before);
    const did = counts((await rig.json(...buildArgs, '--seed', '7')).report);
    const after = filesIn(rig.path('set/results'));
    assert.notDeepEqual(after, before);
    assert.equal(planned['place-picture']?.pending, did['place-picture']?.done);
    assert.equal(did['place-picture']?.done, after.filter((file) => !before.includes(file)).length);
    const names = after.map((file) => file.split('/').at(-1));
    assert.equal(new Set(names).size, 40);
  });

  it('keeps every picture where it was with --sticky when pictures come and the seed changes', async () => {
    await using site = await openSite({
      'a.zip': await zip(pictures('a', 30)),
      'more.zip': await zip(pictures('more', 8)),
    });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    const before = filesIn(rig.path('set/results'));
    const more = entry(site.url, 'more', { species_label: 'a' });
    rig.write('species.json', JSON.stringify([entry(site.url, 'a'), more]));
    const { code, stderr } = await rig.runner(...buildArgs, '--sticky', '--seed', '9');
    assert.equal(code, 0, stderr);
    const after = filesIn(rig.path('set/results'));
    assert.equal(after.length, 38);
    const splitOf = (files: string[]) =>
      new Map(files.map((file) => [file.split('/').at(-1)?.replace(/^a_a_/, ''), file.split('/')[0]]));
    // Names that collide with the new pictures grew their folder; their split must not have changed.
    const places = splitOf(after.filter((file) => !file.includes('more_')));
    for (const [name, split] of splitOf(before)) assert.equal(places.get(name), split, name);
  });

  it('names a wrong checksum', async () => {
    await using site = await openSite({ 'a.zip': await zip(pictures('a', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a', { sha256: 'f'.repeat(64) })]);
    const { code, stdout, stderr } = await rig.runner(...buildArgs);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /a\.zip has the sha256 [0-9a-f]{64}, expected was f{64}/);
  });

  it('names the page that came instead of an archive', async () => {
    await using site = await openSite({ 'a.zip': '<!doctype html><html><title>Sign in to continue</title></html>' });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    const { code, stdout, stderr } = await rig.runner(...buildArgs);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /is an HTML page titled "Sign in to continue"/);
  });

  it('names the entry and field of a wrong file list', async () => {
    await using rig = await diatomProject([
      entry('http://127.0.0.1:1', 'a'),
      entry('http://127.0.0.1:1', 'b', { species_label: 'b/c' }),
    ]);
    const { code, stdout, stderr } = await rig.runner(...buildArgs);
    assert.equal(code, 2);
    assert.match(stdout + stderr, /fileList\W*1\W+species_label/);
    assert.match(stdout + stderr, /without a slash/);
  });

  it('names the folder an archive does not have, and those it has', async () => {
    await using site = await openSite({ 'a.zip': await zip(pictures('Navicula', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a', { exploded_folder_name: 'navicula' })]);
    const { code, stdout, stderr } = await rig.runner(...buildArgs);
    assert.equal(code, 1);
    assert.match(
      stdout + stderr,
      /entry 1: 'navicula' in a\.zip has no pictures; the archive has pictures in 'Navicula'/,
    );
  });

  it('packs nothing and sends nothing with --on-leak error when a picture stands in both splits', async () => {
    const twins = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`a/twin-${index}.png`, picture(`a-${index}`, { flawed: true })]),
    );
    await using site = await openSite({ 'a.zip': await zip({ ...pictures('a', 12), ...twins }) });
    await using rig = await diatomProject([entry(site.url, 'a')]);
    const { code, stderr, report } = await rig.json(...buildArgs, '--on-leak', 'error', '--upload', './cloud');
    assert.equal(code, 1, stderr);
    assert.match(JSON.stringify(report), /diatom\.leak-found/);
    assert.ok((JSON.parse(rig.read('set/reports/leaks.json')) as { same: number }).same > 0);
    assert.ok(!rig.exists('set/dataset.json'));
    assert.deepEqual(
      filesIn(rig.path('.')).filter((file) => file.endsWith('.zip') && !file.startsWith('.runner/')),
      [],
    );
    const reported = await rig.json(...buildArgs, '--upload', './cloud');
    assert.equal(reported.code, 0, reported.stderr);
    const { leaks, zip: packed } = reported.report['result'] as { leaks: number; zip: { key: string } };
    assert.ok(leaks > 0);
    assert.deepEqual(filesIn(rig.path('cloud')), [packed.key]);
  });

  it('goes on after a kill in the middle and ends with the same set', async () => {
    const archive = await zip(pictures('a', 60));
    await using site = await openSite({ 'a.zip': archive, 'b.zip': await zip(pictures('b', 12)) });
    await using rig = await diatomProject([entry(site.url, 'a'), entry(site.url, 'b')]);
    // The second archive stops half way: the first is worked on while the run can be killed at a known place.
    const half = new Promise<void>((resolve) => {
      site.set('b.zip', (_, response) => {
        response
          .writeHead(200, { 'content-length': 1e6, 'content-type': 'application/zip' })
          .write(archive.subarray(0, 2000), () => resolve());
      });
    });
    const running = rig.start(...buildArgs);
    await half;
    while (filesIn(rig.path('.runner/work/diatom/pictures')).length < 60) await delay(20);
    running.process.kill('SIGKILL');
    await running.ended;
    assert.equal(rig.exists('set/results'), false);
    const later = await zip(pictures('b', 12));
    site.set('b.zip', later);
    const { code, report, stderr } = await rig.json(...buildArgs);
    assert.equal(code, 0, stderr);
    assert.equal(counts(report)['download-archive']?.reused, 1);
    assert.equal(filesIn(rig.path('set/results')).length, 72);
  });

  it('reads archives from a folder and from another store as from the web', async () => {
    await using rig = await diatomProject([entry('./zips', 'a')]);
    rig.write('zips/a.zip', await zip(pictures('a', 12)));
    assert.equal((await rig.runner(...buildArgs)).code, 0);
    rig.write('zips/a.zip', await zip({ ...pictures('a', 12), 'a/new.png': picture('new') }));
    const did = counts((await rig.json(...buildArgs)).report);
    assert.deepEqual([did['download-archive']?.done, did['unpack-archive']?.done], [1, 1]);
  });
});
