import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Claims } from '../../src/state/claims.ts';
import { openState } from '../../src/state/schema.ts';

describe('the owners of files', () => {
  let dir: string;
  let claims: Claims;
  let close: () => void;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'claims-'));
    const { db } = openState(dir);
    claims = new Claims(db);
    close = () => db.close();
  });
  afterEach(() => {
    close();
    rmSync(dir, { recursive: true });
  });

  for (const count of [3, 40]) {
    it(`are found for ${count} files at once, in the order asked`, () => {
      claims.put('./set/Photo 1.png', 1, 'a');
      claims.put('./set/gone.png', 2, 'b');
      claims.markStale('./set/gone.png', 2, 'b');
      claims.markStale('./set/Photo 1.png', 1, 'c');
      const others = Array.from({ length: count - 3 }, (_, i) => `./set/other-${i}.png`);
      const found = claims.findAll(['./set/photo 1.png', ...others, './set/gone.png', './set/none.png']);
      assert.equal(found.length, count);
      assert.deepEqual({ ...found[0] }, { url: './set/Photo 1.png', line: 1, key: 'a', stale: false });
      assert.deepEqual({ ...found.at(-2) }, { url: './set/gone.png', line: 2, key: 'b', stale: true });
      assert.ok([...found.slice(1, -2), found.at(-1)].every((claim) => claim === undefined));
    });
  }

  it('are the same for keys that a disk would merge, and for no others', () => {
    for (const url of ['./set/Photo_R1.png', './set/\u00c9t\u00e9.png']) claims.put(url, 1, 'a');
    const merged = ['./set/photo_r1.png', './set/PHOTO_R1.PNG', './set/e\u0301t\u00e9.png', './set/\u00e9TE\u0301.png'];
    assert.deepEqual(
      claims.findAll(merged).map((claim) => claim?.key),
      ['a', 'a', 'a', 'a'],
    );
    assert.equal(claims.find('./set/ete.png'), undefined);
  });

  it('are looked for under a place as a whole, and heard of at once or soon', async () => {
    assert.equal(claims.isFree('./Set/'), true);
    claims.put('./settled/a.png', 1, 'a');
    assert.equal(claims.isFree('./Set/'), true);
    claims.put('./set/a.png', 1, 'a');
    assert.equal(claims.isFree('./Set/'), false);
    assert.equal(claims.isFree('./other/'), true);
    const { db } = openState(dir);
    new Claims(db).put('./other/b.png', 1, 'b');
    db.close();
    await sleep(20);
    assert.equal(claims.isFree('./other/'), false);
  });
});
