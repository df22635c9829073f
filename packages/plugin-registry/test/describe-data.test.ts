import assert from 'node:assert/strict';
import { dataCard } from '../src/images/data-card.ts';
import { isArtifactName, isVersion, stageTag } from '../src/images/dataset-record.ts';
import { findTrouble, splitOf } from '../src/images/find-trouble.ts';
import { done, failed, git, registry } from './support/registry.ts';
import { paintedPng } from './support/painted-png.ts';

// Coarse noise: each seed looks like no other; `nudge` changes bytes and not the look.
const picture = (seed: number, nudge = 0): Uint8Array =>
  paintedPng(32, (x, y) => {
    const value = 40 + ((((x >> 2) * 31 + (y >> 2) * 17 + 7) * (seed * 2 + 1) * 7919) % 160);
    return [value, value, value + (x === 0 && y === 0 ? nudge : 0)];
  });

const set = {
  'set/train/a.png': picture(1),
  'set/train/b.png': picture(2),
  'set/train/again.png': picture(2),
  'set/test/A.png': picture(1, 1),
  'set/test/c.png': picture(3),
  'set/test/black.png': paintedPng(32, () => [5, 5, 5]),
  'set/test/white.png': paintedPng(32, () => [250, 250, 250]),
  'set/test/cut.png': picture(4).subarray(0, 100),
};

describe('what DVC does not say of data', function () {
  this.timeout(60_000);

  it('check finds broken, odd, alike and leaking images, and names that meet', async () => {
    await using rig = await registry(set, { remote: false });
    const found = await done<Record<string, unknown>>(rig, 'check', './set', '--out', './reports');
    const { json: _json, html: _html, ...counts } = found;
    assert.deepEqual(counts, {
      images: 8,
      corrupt: 1,
      unread: 0,
      dark: 1,
      bright: 1,
      collisions: 1,
      leaks: 1,
      duplicates: 1,
    });
    const report = JSON.parse(rig.read('reports/check.json')) as Record<string, unknown>;
    assert.deepEqual(report['collisions'], [{ name: 'a.png', paths: ['test/A.png', 'train/a.png'] }]);
    assert.match(rig.read('reports/check.html'), /test\/<wbr>cut\.png|test\/cut\.png/);
    assert.equal((await failed(rig, 'check', './set', '--on-leak', 'error')).code, 'registry.splits-leak');
  });

  it('a card counts images of a kind that is not decoded apart from broken ones', () => {
    const facts = { title: 't', path: 'p', digest: 'd', files: 2, sizeBytes: 9, origin: 'o' };
    const file = { $type: 'file', store: 's', key: 'k', size: 1 } as const;
    const seen = { file, md5: '', width: 0, height: 0, problem: 'why' };
    const card = dataCard(facts, [
      { ...seen, key: 'a', format: 'bmp', unread: true },
      { ...seen, key: 'b', format: 'unknown' },
    ]);
    assert.match(
      card,
      /2 files were looked at; 1 of them are no whole images\.\n1 more are of a kind that is not read here\./,
    );
  });

  it('a part of a split is the first folder named like one', () => {
    const splits = ['train', 'test'];
    assert.deepEqual(
      ['x/Train/test/a', 'test/a', 'train', 'trainer/a'].map((path) => splitOf(path, splits)),
      ['Train', 'test', '', ''],
    );
    const none = findTrouble([], { dark: 1, bright: 2, distance: 0, splits });
    assert.deepEqual([none.corrupt, none.collisions, none.leaks.items], [[], [], 0]);
  });

  it('export writes the record, the artifact and the tags; a version never moves', async () => {
    await using rig = await registry({ ...set, 'dvc.yaml': '# ours\nstages: {}\n' }, { remote: false });
    await done(rig, 'add', 'set');
    assert.equal((await failed(rig, 'export', 'set', '--tag', 'v1.0.0')).code, 'registry.revision-unknown');
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'set');
    const { digest, tags } = await done<{ digest: string; tags: string[] }>(
      ...([
        rig,
        'export',
        'set',
        '--name',
        'images',
        '--tag',
        'v1.0.0',
        '--stage',
        'prod',
        '--labels',
        'snow',
      ] as const),
    );
    const record = JSON.parse(rig.read('records/images.json')) as Record<string, string>;
    assert.match(digest, /^[0-9a-f]{32}\.dir$/);
    assert.deepEqual(
      [record['name'], record['digest'], record['source_type'], JSON.parse(record['profile'] ?? '')],
      ['images', digest, 'dvc', { nfiles: 8, size: sizeOf(set) }],
    );
    const head = git(rig, 'rev-parse', 'HEAD').trim();
    assert.deepEqual(JSON.parse(record['source'] ?? ''), { url: rig.dir, rev: head, path: 'set' });
    assert.match(
      rig.read('dvc.yaml'),
      /^# ours\nstages: \{\}\nartifacts:\n {2}images:\n {4}path: set\n {4}type: dataset\n/,
    );
    assert.deepEqual(tags, ['images@v1.0.0', 'images#prod#1']);
    assert.deepEqual(git(rig, 'tag', '--list').trim().split('\n').sort(), tags.toSorted());
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'more');
    // Once more is the same, and what is not given stays.
    git(rig, 'tag', '-d', 'images@v1.0.0', 'images#prod#1');
    const twice = ['export', 'set', '--name', 'images', '--stage', 'prod', '--type', 'pictures'] as const;
    for (const _ of [1, 2]) assert.deepEqual((await done<{ tags: string[] }>(rig, ...twice)).tags, ['images#prod#1']);
    assert.match(rig.read('dvc.yaml'), /path: set\n {4}type: pictures\n {4}labels:\n {4}- snow\n$/);
    git(rig, 'tag', 'images@v1.0.0', 'HEAD~1');
    // HEAD names other bytes than the .dvc file: it gets no version, and is not named as the source.
    rig.write('set/new.txt', 'new');
    await done(rig, 'add', 'set');
    assert.equal((await failed(rig, 'export', 'set', '--tag', 'v2.0.0')).code, 'registry.not-committed');
    await done(rig, 'export', 'set', '--name', 'images');
    const { source } = JSON.parse(rig.read('records/images.json')) as { source: string };
    assert.deepEqual(JSON.parse(source), { url: rig.dir, path: 'set' });
    git(rig, 'commit', '-qam', 'new');
    // Git keeps tags as files: none can be where a folder of them is.
    git(rig, 'tag', 'set@v2.0.0/x');
    const { report } = await rig.json('run', 'registry:export', 'set', '--tag', 'v2.0.0');
    assert.match(JSON.stringify(report), /registry\.tag-failed/);
    const again = await failed(rig, 'export', 'set', '--name', 'images', '--tag', 'v1.0.0');
    assert.equal(again.code, 'registry.version-there');
    assert.equal((await failed(rig, 'export', 'set', '--tag', 'first')).code, 'registry.version-name');
    assert.equal((await failed(rig, 'export', 'nothing')).code, 'registry.target-unknown');
    rig.write('dvc.yaml', 'stages:\n  a: b: c\n');
    assert.equal((await failed(rig, 'export', 'set', '--name', 'other')).code, 'registry.file-broken');
    assert.equal(rig.exists('records/other.json'), false);
  });

  it('stages count up, and names are those GTO reads', () => {
    const there = ['a#prod#1', 'a#prod#10', 'a#dev#11', 'ab#prod#12'];
    assert.equal(stageTag('a', 'prod', { there, onHead: ['a#prod#1'] }), 'a#prod#11');
    assert.equal(stageTag('a', 'prod', { there, onHead: ['a#prod#10'] }), 'a#prod#10');
    assert.deepEqual(['v1.2.3', 'v0.0.1-rc.1+x', 'v1.2.3-x-y'].map(isVersion), [true, true, true]);
    for (const not of ['v1', 'v1.2', '1.0.0', 'v1.', 'v01.0.0', 'v1.0.0-01']) assert.equal(isVersion(not), false, not);
    assert.deepEqual(['a/b-c', 'x', '-a', 'a b'].map(isArtifactName), [true, true, false, false]);
  });

  it('diff draws a page with what came, went and changed as thumbnails', async () => {
    await using rig = await registry(set, { remote: false });
    await done(rig, 'add', 'set');
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'set');
    rig.write('set/train/a.png', picture(8));
    rig.write('set/train/new.png', picture(9));
    rig.write('set/test/note <b>.txt', 'no image');
    await done(rig, 'diff', 'HEAD', '--html', 'pages/diff.html');
    const page = rig.read('pages/diff.html');
    assert.equal(page.match(/data:image\/webp/g)?.length, 3, 'before and after of one, and one that came');
    assert.match(page, /unreadable/);
    assert.doesNotMatch(page, /<b>\.txt/);
  });

  it('a card says what the set is and where it comes from', async () => {
    await using rig = await registry(set, { remote: false });
    await done(rig, 'add', 'set');
    await done(rig, 'card', 'set');
    const card = rig.read('cards/set.md');
    assert.match(card, /^# set\n/);
    assert.match(card, /\| Files \| 8 \|/);
    assert.match(card, /\| From \| set\.dvc \|/);
    assert.match(card, /8 files were looked at; 1 of them are no whole images/);
    assert.match(card, /\| test \| 5 \|\n\| train \| 3 \|/);
    assert.match(card, /Width: 32 to 32 pixels/);
    // A commit is named when it names this very data, and no card mixes two versions.
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'set');
    await done(rig, 'card', 'set');
    assert.match(rig.read('cards/set.md'), /\| Commit \|/);
    rig.write('set/later.txt', 'later');
    assert.equal((await failed(rig, 'card', 'set')).code, 'registry.not-as-tracked');
    await done(rig, 'commit', 'set');
    await done(rig, 'card', 'set');
    assert.doesNotMatch(rig.read('cards/set.md'), /\| Commit \|/);
  });
});

function sizeOf(files: { readonly [path: string]: Uint8Array }): number {
  return Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0);
}
