import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type MadeBin, madeBin } from './support/made-bins.ts';
import { ifcbProject } from './support/project.ts';

const binCount = 30;
const imagesPerBin = 40;

function bins(): { [id: string]: MadeBin } {
  return Object.fromEntries(
    Array.from({ length: binCount }, (_, bin) => [
      `D20240101T00${String(bin).padStart(2, '0')}00_IFCB199`,
      madeBin(Array.from({ length: imagesPerBin }, (_row, image) => ({ width: 90 + bin, height: 60 + image }))),
    ]),
  );
}

/** Folders of bins that are there, by name, with when they appeared. */
function foldersIn(place: string): Map<string, number> {
  const names = existsSync(place) ? readdirSync(place).filter((name) => name.startsWith('D')) : [];
  return new Map(names.map((name) => [name, statSync(`${place}/${name}`).ino]));
}

describe('ifcb:extract after a kill', function () {
  this.timeout(120_000);

  it('keeps what was committed as it lies, and ends with what an undisturbed run makes', async () => {
    await using rig = await ifcbProject(bins());
    const args = ['run', 'ifcb:extract', './raw', '--out', './images'];
    const running = rig.start(...args);
    while (foldersIn(rig.path('images')).size < 5) await delay(5);
    running.process.kill('SIGKILL');
    await running.ended;
    const atKill = foldersIn(rig.path('images'));
    assert.ok(atKill.size < binCount, 'the run was over before it was killed');
    // Every folder that can be seen is whole.
    for (const name of atKill.keys()) assert.equal(readdirSync(rig.path('images', name)).length, imagesPerBin);

    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    const [map] = report['maps'] as { readonly counts: { readonly done: number; readonly reused: number } }[];
    const { done, reused } = map!.counts;
    assert.equal(done + reused, binCount);
    assert.ok(reused >= 1 && reused <= atKill.size, `${reused} reused of ${atKill.size}`);
    const after = foldersIn(rig.path('images'));
    const untouched = [...atKill].filter(([name, inode]) => after.get(name) === inode).length;
    assert.ok(untouched >= reused, `${untouched} folders lie as they were, ${reused} were committed`);

    assert.equal((await rig.runner('run', 'ifcb:extract', './raw', '--out', './again')).code, 0);
    assert.deepEqual([...after.keys()].sort(), [...foldersIn(rig.path('again')).keys()].sort());
    for (const name of after.keys()) {
      const files = readdirSync(rig.path('again', name)).sort();
      assert.deepEqual(readdirSync(rig.path('images', name)).sort(), files);
      for (const file of files)
        assert.ok(
          readFileSync(rig.path('images', name, file)).equals(readFileSync(rig.path('again', name, file))),
          file,
        );
    }
  });
});
