import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDavServer, type DavServer } from '../../../src/testing/dav-server.ts';
import { skip } from '../../../../../test/support/skip.ts';
import { codesOf, StoreRig, three } from './rig.ts';

describe('store sync, cp and mv', function () {
  this.timeout(30_000);
  let dav: DavServer;
  let rig: StoreRig;

  beforeEach(async () => {
    dav = await startDavServer();
    const url = `webdav+${dav.url}`;
    rig = new StoreRig(
      `plugins: []\nstores:\n  cloud: { url: '${url}/cloud' }\n  cloud-too: { url: '${url}/cloud/a' }\n  named: ./src\nnetwork: { allowHosts: [127.0.0.1] }\n`,
    );
    for (const [key, text] of Object.entries(three)) rig.write(`src/${key}`, text);
  });

  afterEach(async () => {
    await dav.close();
    await rig[Symbol.asyncDispose]();
  });

  it('bring a place to a service and back, and then have nothing to do', async () => {
    const up = await rig.report('sync', 'src', 'cloud:a');
    assert.deepEqual([up.code, up['copied'], up['copiedBytes'], up['same']], [0, 3, 11, 0]);
    assert.match((await rig.store('sync', 'src', 'cloud:a')).stdout, /✓ Nothing to do: 3 files up to date in cloud:a/);
    assert.match((await rig.store('sync', 'cloud:a', 'back')).stdout, /✓ Synced 3 files, 11 B, to back/);
    assert.deepEqual(rig.files('back'), three);
    assert.equal((await rig.store('check', 'src', 'back', '--compare', 'checksum')).code, 0);
  });

  it('ask nothing of files that are the same: one listing of each side', async () => {
    await rig.store('sync', 'src', 'cloud:a');
    dav.requests.length = 0;
    await rig.store('sync', 'src', 'cloud:a');
    assert.deepEqual(dav.requests.toSorted(), ['PROPFIND /cloud/a/', 'PROPFIND /cloud/a/deep/']);
  });

  it('replace what differs, keep what is extra, and remove it only with --delete', async () => {
    await rig.store('sync', 'src', 'cloud:a');
    rig.write('src/a.txt', 'one more');
    rmSync(join(rig.dir, 'src/deep/b.txt'));
    const planned = await rig.store('sync', 'src', 'cloud:a', '--delete', '--dry-run');
    assert.match(planned.stdout, /replace +8 B {2}a\.txt {2}\(other size\)/);
    assert.match(planned.stdout, /remove +3 B {2}deep\/b\.txt/);
    assert.match(
      (await rig.store('check', 'src', 'cloud:a')).stdout,
      /0 missing, 1 differing, 1 extra; 1 file the same/,
    );
    const kept = await rig.store('sync', 'src', 'cloud:a');
    assert.match(kept.stdout, /1 of them replaced.*\ncloud:a has 1 other file; --delete removes them/);
    assert.match((await rig.store('sync', 'src', 'cloud:a', '--delete')).stdout, /1 extra file removed/);
    assert.equal((await rig.store('check', 'src', 'cloud:a', '--compare', 'checksum')).code, 0);
  });

  it('see a change of the same size by its time, and one that hides it by checksum', async () => {
    await rig.store('sync', 'src', 'copy');
    rig.write('src/a.txt', 'two');
    utimesSync(join(rig.dir, 'src/a.txt'), new Date(), new Date(Date.now() + 5_000));
    assert.equal((await rig.report('sync', 'src', 'copy'))['replaced'], 1);
    rig.write('src/a.txt', 'six');
    utimesSync(join(rig.dir, 'src/a.txt'), new Date(0), new Date(0));
    assert.equal((await rig.report('sync', 'src', 'copy'))['copied'], 0);
    assert.match(
      (await rig.store('check', 'src', 'copy', '--compare', 'checksum')).stdout,
      /differing {2}a\.txt {2}\(other bytes\)/,
    );
    assert.equal((await rig.report('sync', 'src', 'copy', '--compare', 'checksum'))['replaced'], 1);
  });

  it('copy a file that is dated in the future once, and again when it was changed', async () => {
    rig.write('src/a.txt', 'one');
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(join(rig.dir, 'src/a.txt'), future, future);
    for (const place of ['copy', 'cloud:a']) {
      await rig.store('sync', 'src', place);
      assert.equal((await rig.report('sync', 'src', place))['copied'], 0, place);
    }
    rig.write('src/a.txt', 'two');
    utimesSync(join(rig.dir, 'src/a.txt'), future, future);
    for (const place of ['copy', 'cloud:a'])
      assert.equal((await rig.report('sync', 'src', place))['replaced'], 1, place);
  });

  it('refuse an empty source, and places inside one another', async () => {
    await rig.store('sync', 'src', 'copy');
    const empty = await rig.store('sync', 'scr', 'copy', '--delete');
    assert.equal(empty.code, 1);
    assert.match(empty.stderr, /Nothing lies at the source, so nothing was copied or removed/);
    assert.deepEqual(rig.files('copy'), three);
    assert.match((await rig.store('sync', '.', 'copy')).stderr, /lie inside one another/);
    assert.match((await rig.store('sync', 'cloud:', 'cloud:a')).stderr, /lie inside one another/);
    assert.match((await rig.store('sync', 'src', 'cluod:a')).stderr, /Did you mean cloud/);
  });

  it('leave a file that a task owns where it has the same bytes, and refuse it otherwise', async () => {
    const claim = (place: string): void => {
      const db = new DatabaseSync(join(rig.dir, '.runner/state.db'));
      const line = db.prepare("INSERT INTO line(plugin, step, place) VALUES ('p', 's', ?) RETURNING id").get(place);
      const url = `${place}/a.txt`;
      const insert = db.prepare('INSERT INTO claim(url, fold, line, key) VALUES (?, ?, ?, ?)');
      insert.run(url, url, (line as { readonly id: number }).id, 'k');
      db.close();
    };
    for (const place of ['owned', 'cloud:owned']) {
      await rig.store('sync', 'src', place);
      claim(place.startsWith('cloud') ? place : `./${place}`);
      // Compared by time, a file that was touched is copied; the service tells whole seconds.
      await sleep(1_000);
      utimesSync(join(rig.dir, 'src/a.txt'), new Date(), new Date());
      const same = await rig.report('sync', 'src', place);
      assert.deepEqual([same.code, same['failures']], [0, []], place);
      rig.write('src/a.txt', 'eno');
      const other = await rig.store('sync', 'src', place, '--compare', 'checksum');
      assert.equal(other.code, 1);
      assert.match(other.stderr + other.stdout, /output\.claimed/);
      rig.write('src/a.txt', 'one');
    }
  });

  it('keep a target that changes between the look and the copy, and say so', async () => {
    await rig.store('sync', 'src', 'cloud:a');
    rig.write('src/a.txt', 'mine, and longer');
    // Both listings are over; the first look at the file itself is the one just before it is replaced.
    let looks = 0;
    dav.fault = ({ method, url }) => {
      if (method === 'PROPFIND' && url?.endsWith('/a.txt') === true && looks++ === 0)
        dav.tree.writeFile('/cloud/a/a.txt', Buffer.from('theirs'));
      return undefined;
    };
    const ended = await rig.store('sync', 'src', 'cloud:a', '--delete');
    assert.equal(ended.code, 1);
    assert.match(ended.stdout, /1 file failed/);
    assert.equal(looks > 0, true);
    assert.equal(Buffer.from(dav.tree.get('/cloud/a/a.txt')?.bytes ?? '').toString(), 'theirs');
  });

  it('cp a file under a new name, into a folder, or a folder, and never over another file unasked', async () => {
    assert.match((await rig.store('cp', 'src/a.txt', 'cloud:x/new.txt')).stdout, /Copied 1 file, 3 B/);
    assert.equal((await rig.store('cat', 'cloud:x/new.txt')).stdout, 'one');
    assert.equal((await rig.store('cat', 'cloud:x/new.txt', '--range', '1-')).stdout, 'ne');
    await rig.store('cp', 'src/a.txt', 'cloud:x/');
    assert.equal((await rig.store('cat', 'cloud:x/a.txt', '--range', '-2')).stdout, 'ne');
    await rig.store('cp', 'src', 'cloud:y');
    rig.write('src/a.txt', 'other');
    const refused = await rig.store('cp', 'src', 'cloud:y');
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /a\.txt in cloud:y was not made by this project and is different/);
    assert.match((await rig.store('cp', 'src', 'cloud:y', '--overwrite')).stdout, /1 of them replaced/);
    assert.equal((await rig.store('cat', 'cloud:y/a.txt')).stdout, 'other');
    assert.match((await rig.store('cp', 'src/none.txt', 'cloud:y')).stderr, /Nothing lies at the source/);
  });

  it('cp and mv inside one service without a byte through this machine', async () => {
    await rig.store('sync', 'src', 'cloud:a');
    dav.requests.length = 0;
    assert.match((await rig.store('mv', 'cloud:a', 'cloud:b')).stdout, /Moved 3 files/);
    assert.deepEqual(
      dav.requests.filter((one) => /^(GET|PUT)/.test(one)),
      [],
    );
    assert.match((await rig.store('ls', 'cloud:a')).stderr, /cloud:a has no files/);
    await rig.store('sync', 'cloud:b', 'back');
    assert.deepEqual(rig.files('back'), three);
  });

  it('mv removes nothing when a file failed, and nothing that changed', async () => {
    await rig.store('cp', 'src/a.txt', 'cloud:m/a.txt');
    rig.write('src/a.txt', 'now different');
    const refused = await rig.store('mv', 'src', 'cloud:m');
    assert.equal(refused.code, 1);
    assert.equal(Object.keys(rig.files('src')).length, 3);
    assert.match((await rig.store('mv', 'src', 'cloud:m', '--overwrite')).stdout, /Moved 3 files/);
    assert.deepEqual(rig.files('src'), {});
    assert.equal((await rig.store('cat', 'cloud:m/a.txt')).stdout, 'now different');
  });

  it('cp of one file with --overwrite replaces a younger one of the same size', async () => {
    rig.write('one.txt', 'first');
    await rig.store('cp', 'one.txt', 'cloud:one.txt');
    rig.write('two.txt', 'other');
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(rig.dir, 'two.txt'), hourAgo, hourAgo);
    const refused = await rig.store('cp', 'two.txt', 'cloud:one.txt');
    assert.equal(refused.code, 1, 'and is never taken for it');
    assert.match(refused.stderr, /output\.foreign/);
    assert.match((await rig.store('check', 'two.txt', 'cloud:one.txt')).stdout, /differing .* \(other bytes\)/);
    assert.equal((await rig.store('cp', 'two.txt', 'cloud:one.txt', '--overwrite')).code, 0);
    assert.equal((await rig.store('cat', 'cloud:one.txt')).stdout, 'other');
  });

  it('mv takes only the same bytes for a file that is there', async () => {
    rig.write('there/a.txt', 'two');
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(rig.dir, 'there/a.txt'), later, later);
    assert.equal((await rig.store('mv', 'src', 'there')).code, 1);
    assert.equal(rig.files('src')['a.txt'], 'one');
  });

  it('mv never removes a file that its target is another way to', async () => {
    symlinkSync('src', join(rig.dir, 'again'));
    for (const [from, to] of [
      ['src', 'again'],
      ['again', 'src'],
      ['src', 'again/deep'],
      ['src/a.txt', 'again/a.txt'],
      ['src', 'named:'],
    ] as const) {
      const { code, stderr } = await rig.store('mv', from, to);
      assert.equal(code, 2, `${from} ${to}`);
      assert.match(stderr, /inside one another|the same file/);
    }
    await rig.store('cp', 'src', 'cloud:a');
    assert.equal((await rig.store('mv', 'cloud:a', 'cloud-too:')).code, 2);
    rig.write('links/other.txt', 'other');
    symlinkSync('../src/a.txt', join(rig.dir, 'links/a.txt'));
    const linked = await rig.store('mv', 'src', 'links');
    assert.equal(linked.code, 1);
    assert.match(linked.stderr, /a\.txt in \.\/links is a link to the file that would be removed/);
    assert.deepEqual(rig.files('src'), three);
    assert.equal((await rig.store('ls', 'cloud:a', '-r', '--json')).stdout.match(/"key"/g)?.length, 3);
  });

  it('name the end that cannot be read or written', async () => {
    rig.write('file', 'in the way of a folder');
    const onto = await rig.report('cp', 'src', 'file');
    assert.deepEqual(codesOf(onto), ['store.conflict', 'store.conflict', 'store.conflict']);
    const inside = new Set((onto['failures'] as { url: string }[]).map(({ url }) => url));
    assert.deepEqual([...inside], ['./file']);
  });

  it('name a source that nobody may read and a target that nobody may write', async function () {
    if (process.getuid?.() === 0) return skip(this, 'root may read and write everything');
    chmodSync(join(rig.dir, 'src/a.txt'), 0);
    mkdirSync(join(rig.dir, 'shut'), { mode: 0o555 });
    const denied = await rig.report('cp', 'src', 'open');
    assert.deepEqual([codesOf(denied), denied.code, denied['copied']], [['store.denied'], 3, 2]);
    const [first] = (await rig.report('cp', 'src', 'shut'))['failures'] as { code: string; url: string }[];
    assert.deepEqual([first?.code, first?.url], ['store.denied', './shut']);
  });

  it('cp and mv put a file into a folder that is there', async () => {
    rig.write('into/deep/c.txt', 'three');
    assert.equal((await rig.store('cp', 'src/a.txt', 'into')).code, 0);
    assert.equal((await rig.store('mv', 'src/a.txt', 'into/deep')).code, 0);
    assert.deepEqual(rig.files('into'), { 'a.txt': 'one', 'deep/a.txt': 'one', 'deep/c.txt': 'three' });
  });

  it('ls and du of a file tell of that file', async () => {
    await rig.store('cp', 'src/a.txt', 'cloud:a.txt');
    for (const file of ['src/a.txt', 'cloud:a.txt']) {
      assert.match((await rig.store('ls', file)).stdout, /3 B {2}a\.txt.*\n1 file in all/);
      assert.match((await rig.store('du', file)).stdout, /3 B {2}1 file {2}in all/);
    }
    assert.match((await rig.store('ls', 'src/none')).stderr, /src\/none does not exist/);
  });

  it('never copy two files onto one where a disk would merge their names', async () => {
    rig.write('src/A.TXT', 'big');
    const ended = await rig.store('sync', 'src', 'copy');
    assert.match(ended.stdout, /1 file failed, 3 copied/);
    assert.match(ended.stdout, /a\.txt .*differs in case or Unicode form/);
    assert.equal(Object.keys(rig.files('copy')).length, 3);
  });

  it('work outside a project, with the state in the folder of the user', async () => {
    rmSync(join(rig.dir, 'runner.yaml'));
    assert.match((await rig.store('sync', 'src', 'copy')).stdout, /✓ Synced 3 files/);
    assert.match((await rig.store('sync', 'src', 'copy')).stdout, /✓ Nothing to do/);
    assert.deepEqual(rig.files('copy'), three);
    assert.equal(existsSync(join(rig.dir, '.runner')), false);
    assert.equal(existsSync(join(rig.dir, 'state-of-user')), true);
  });

  it('hold back to a bandwidth limit', async () => {
    rig.write('big/x.bin', Buffer.alloc(300_000, 7));
    const startedMs = performance.now();
    assert.equal((await rig.report('sync', 'big', 'cloud:slow', '--bandwidth-limit', '500k'))['copied'], 1);
    // 300 kB at 500 kB/s, less the tenth of a second that may pass at once.
    assert.ok(performance.now() - startedMs > 450);
    assert.match(
      (await rig.store('sync', 'big', 'cloud:slow', '--bandwidth-limit', 'fast')).stderr,
      /such as 500k or 10M/,
    );
  });
});
