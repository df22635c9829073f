import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { skip } from '../../../test/support/skip.ts';
import { madeBin } from './support/made-bins.ts';
import { ifcbProject } from './support/project.ts';

const small = madeBin([
  { width: 40, height: 30 },
  { width: 64, height: 20 },
]);
// Grain does not pack: about 900 KB of PNGs, a third of which the disk below has room for.
const large = madeBin(Array.from({ length: 10 }, () => ({ width: 400, height: 250 })));
// The large one comes first: what it wrote must be gone before the others come.
const [tooLarge, first, last] = ['D20240101T000000_IFCB199', 'D20240101T010000_IFCB199', 'D20240101T020000_IFCB199'];

describe('ifcb:extract on a full disk', function () {
  this.timeout(60_000);

  it('names the bin that does not fit, makes room for the others, and goes on once there is more', async function () {
    const probe = spawnSync('unshare', ['-rm', 'true']);
    if (probe.status !== 0) skip(this, 'this machine allows no user and mount namespaces (unshare -rm)');
    await using rig = await ifcbProject({ [tooLarge]: large, [first]: small, [last]: small });
    const bin = fileURLToPath(new URL('../../core/bin/runner.js', import.meta.url));
    // One after the other: side by side, whoever writes when the disk is full fails.
    const run = `'${process.execPath}' --conditions=source '${bin}' run ifcb:extract ./raw --out ./images --jobs 1 --json`;
    const script = [
      'mkdir images && mount -t tmpfs -o size=300k tmpfs images',
      `${run} > first.json; echo $? > first.code; find images -type f | sort > first.txt`,
      'mount -o remount,size=16m images',
      `${run} > second.json; echo $? > second.code; find images -type f | sort > second.txt`,
    ].join('\n');
    const done = spawnSync('unshare', ['-rm', 'sh', '-c', script], { cwd: rig.dir });
    assert.equal(done.status, 0, done.stderr.toString());

    assert.equal(rig.read('first.code').trim(), '3', rig.read('first.json'));
    const report = JSON.parse(rig.read('first.json').trim().split('\n').at(-1)!) as {
      readonly failures: readonly { readonly code: string; readonly url: string; readonly at: { item: string } }[];
    };
    assert.deepEqual(
      report.failures.map(({ code, at }) => [code, at.item]),
      [['store.full', tooLarge]],
    );
    assert.match(report.failures[0]!.url, /^\.\/images\/(D20240101T000000_IFCB199)\/\1_0000\d\.png$/);
    const ofSmall = (id: string): string[] => [1, 2].map((number) => `images/${id}/${id}_0000${number}.png`);
    assert.deepEqual(rig.read('first.txt').trim().split('\n'), [...ofSmall(first), ...ofSmall(last)]);

    assert.equal(rig.read('second.code').trim(), '0', rig.read('second.json'));
    assert.equal(rig.read('second.txt').trim().split('\n').length, 2 + 10 + 2);
  });
});
