import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { done, failed, registry, textsIn } from './support/registry.ts';

interface Updated {
  readonly updated: readonly { readonly file: string; readonly isNew: boolean }[];
}

describe('registry:import-url', function () {
  this.timeout(60_000);

  it('takes files and folders by their paths, and update follows them', async () => {
    await using rig = await registry({ 'away/w.txt': 'w', 'away/set/a': 'a', 'away/set/sub/b': 'b', 'sub/keep': '' });
    await done(rig, 'import-url', 'away/w.txt', 'sub/w.txt');
    await done(rig, 'import-url', rig.path('away/set'), '--no-download');
    assert.match(
      rig.read('sub/w.txt.dvc'),
      /^md5: \w{32}\nfrozen: true\ndeps:\n- md5: \w{32}\n {2}size: 1\n {2}hash: md5\n {2}path: \.\.\/away\/w\.txt\nouts:\n- md5: /,
    );
    assert.match(
      rig.read('set.dvc'),
      /nfiles: 2\n {2}hash: md5\n {2}path: away\/set\nouts:\n- hash: md5\n {2}path: set\n$/,
    );
    assert.equal(rig.exists('set'), false);
    rig.write('away/w.txt', 'other');
    const { updated } = await done<Updated>(rig, 'update');
    assert.deepEqual(
      updated.map(({ file, isNew }) => [file, isNew]),
      [
        ['set.dvc', true],
        ['sub/w.txt.dvc', true],
      ],
    );
    assert.deepEqual([rig.read('sub/w.txt'), textsIn(rig, 'set')], ['other', { a: 'a', 'sub/b': 'b' }]);
    assert.equal((await done(rig, 'status'))['isClean'], true);
    rig.write('sub/w.txt', 'mine');
    assert.equal((await failed(rig, 'import-url', 'away/w.txt', 'sub/w.txt')).code, 'registry.path-there');
    await done(rig, 'import-url', 'away/w.txt', 'sub/w.txt', '--discard');
    assert.equal(rig.read('sub/w.txt'), 'other');
    await done(rig, 'import-url', 'away/set', 'sub');
    assert.deepEqual(textsIn(rig, 'sub/set'), { a: 'a', 'sub/b': 'b' });
    assert.equal((await failed(rig, 'import-url', 'away/set', 'sub/set')).code, 'registry.path-there');
    assert.equal((await failed(rig, 'import-url', 'away/none')).code, 'registry.path-missing');
    assert.equal((await failed(rig, 'import-url', 'ftp://127.0.0.1/a/b')).code, 'registry.url-unknown');
  });

  it('takes a file of the web with its version, and folders of any remote', async () => {
    let text = 'one';
    const server = createServer(({ url }, response) => {
      response.statusCode = url === '/lab/labels.csv' ? 200 : 404;
      response.setHeader('etag', `"${text}"`).end(text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab`;
      await using rig = await registry({ 'storage/set/a': 'a', 'storage/set/sub/b': 'b' });
      await done(rig, 'import-url', `${base}/labels.csv`);
      assert.match(rig.read('labels.csv.dvc'), /\n- checksum: '"one"'\n {2}size: 3\n {2}hash: md5\n {2}path: http:/);
      text = 'second';
      await done(rig, 'update', 'labels.csv');
      assert.equal(rig.read('labels.csv'), 'second');
      await done(rig, 'import-url', 'remote://storage/set', 'in/set');
      assert.deepEqual(textsIn(rig, 'in/set'), { a: 'a', 'sub/b': 'b' });
      assert.match(rig.read('in/set.dvc'), / path: remote:\/\/storage\/set\n/);
      assert.equal((await failed(rig, 'import-url', `${base}/none.csv`)).code, 'registry.path-missing');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
