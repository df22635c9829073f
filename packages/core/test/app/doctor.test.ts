import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { createRig } from '../../src/testing/project-rig.ts';

describe('a project whose state cannot be kept', function () {
  this.timeout(60_000);

  it('is a finding of doctor, beside all others, where a file lies in the place of a folder', async () => {
    await using rig = await createRig({ config: 'plugins: []\n', files: { '.runner': '' } });
    const { code, stdout, stderr } = await rig.runner('doctor');
    assert.equal(code, 3, stderr);
    assert.match(
      stdout,
      /state\.db .*may not be accessed: a file lies where its folder belongs\n.*Move that file away/,
    );
    assert.match(stdout, /Node\.js/);
    const runs = await rig.runner('runs');
    assert.match(runs.stderr, /\[store\.denied\]/);
  });

  it('is a finding of doctor where its folder is read-only', async function () {
    // Rights do not hold back the superuser.
    if (process.getuid === undefined || process.getuid() === 0) this.skip();
    await using rig = await createRig({ config: 'plugins: []\n' });
    chmodSync(rig.dir, 0o555);
    try {
      const { code, stdout, stderr } = await rig.runner('doctor');
      assert.equal(code, 3, stderr);
      assert.match(stdout, /state\.db .*may not be accessed/);
    } finally {
      chmodSync(rig.dir, 0o755);
    }
  });
});

describe('doctor', function () {
  this.timeout(60_000);

  it('names the file of a problem that is in no one place of it', async () => {
    await using rig = await createRig({ config: 'plugins: []\nplugins: []\n' });
    const { code, stdout } = await rig.runner('doctor');
    assert.equal(code, 3);
    assert.match(stdout, /✗ runner\.yaml {2}this key is there twice \(runner\.yaml:2:1\)/);
  });
});
