import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { indexPath } from '../src/repo/targets.ts';
import { done, registry } from './support/registry.ts';

const pictures = { 'raw/one/a.jpg': 'aaa', 'raw/one/sub/b.jpg': 'bb' };

describe('what was found whole and looks the same', function () {
  this.timeout(60_000);

  it('is not compared again, and every change since shows', async () => {
    await using rig = await sealed();
    const subjects = sealsOf(rig).map(([subject]) => subject);
    assert.deepEqual(subjects.length, 3, subjects.join());
    await assertStates(rig, []);
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    // Same name, same size, same mtime: the inode's own time tells.
    const path = rig.path('raw/one/a.jpg');
    const { mtime } = statSync(path);
    rig.write('raw/one/a.jpg', 'bbb');
    utimesSync(path, mtime, mtime);
    await assertStates(rig, ['modified']);
    rig.write('raw/one/a.jpg', 'aaa');
    await assertStates(rig, []);
    renameSync(path, rig.path('raw/one/c.jpg'));
    await assertStates(rig, ['modified']);
    renameSync(rig.path('raw/one/c.jpg'), path);
    rig.write('raw/one/more.jpg', '');
    await assertStates(rig, ['modified']);
  });

  it('shows at once what the cache or the remote has lost', async () => {
    await using rig = await sealed();
    const lose = (dir: string): void => rmSync(objectsIn(rig.path(dir))[0] ?? '');
    lose('storage/files/md5');
    assert.deepEqual(await done(rig, 'push'), { pushed: 1 });
    await settled();
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    lose('.dvc/cache/files/md5');
    await assertStates(rig, ['not in cache']);
    await assertStates(rig, ['not in cache']);
  });

  it('is what is asked for: another version of the folder is compared', async () => {
    await using rig = await sealed();
    const before = rig.read('raw/one.dvc');
    rig.write('raw/one/more.jpg', 'more');
    await done(rig, 'add', 'raw/one');
    await settled();
    await assertStates(rig, []);
    rig.write('raw/one.dvc', before);
    await assertStates(rig, ['modified']);
  });
});

/** Added, pushed, and looked at once by each. */
async function sealed(): Promise<ProjectRig> {
  const rig = await registry(pictures);
  await done(rig, 'add', 'raw/one');
  await done(rig, 'push');
  await settled();
  await done(rig, 'status');
  await done(rig, 'push');
  return rig;
}

// Longer than a change may need to show in a time.
function settled(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

async function assertStates(rig: ProjectRig, wanted: readonly string[]): Promise<void> {
  const { changes } = (await done(rig, 'status')) as { readonly changes: readonly { readonly state: string }[] };
  assert.deepEqual(
    changes.map(({ state }) => state),
    wanted,
  );
}

function sealsOf(rig: ProjectRig): (readonly [subject: string, oid: string])[] {
  const db = new DatabaseSync(indexPath(rig.dir));
  const rows = db.prepare('SELECT subject, oid FROM seal').all();
  db.close();
  return rows.map((row) => [String(row['subject']), String(row['oid'])]);
}

function objectsIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[0-9a-f]{2}\/[0-9a-f]{30}$/.test(name))
    .map((name) => join(dir, name));
}
