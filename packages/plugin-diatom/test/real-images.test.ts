import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import { buildArgs, diatomProject, entry, filesIn } from './support/project.ts';
import { zip } from './support/pictures.ts';

describe('diatom:build on real pictures', function () {
  this.timeout(60_000);
  const folder = join(process.env['RUNNER_TEST_DATA'] ?? '', 'ifcb', 'pivot', 'images');

  before(function () {
    if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    if (!existsSync(folder)) skip(this, `${folder} does not exist`);
  });

  it('makes a set of plankton pictures by the label in their names, each decoded and in one split', async () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
    const labels = [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('_'))))];
    await using rig = await diatomProject(labels.map((label) => entry('./zips', label)));
    for (const label of labels) {
      const own = names.filter((name) => name.slice(0, name.lastIndexOf('_')) === label);
      rig.write(
        `zips/${label}.zip`,
        await zip(Object.fromEntries(own.map((name) => [`${label}/${name}`, readFileSync(join(folder, name))]))),
      );
    }
    const { code, report, stderr } = await rig.json(...buildArgs, '--test-count', '1', '--small-class', 'all-train');
    assert.equal(code, 0, stderr);
    const result = report['result'] as { train: number; test: number; species: number; leftOut: number };
    assert.deepEqual([result.train + result.test, result.species, result.leftOut], [names.length, labels.length, 0]);
    assert.equal(new Set(filesIn(rig.path('set/results')).map((file) => file.split('/').at(-1))).size, names.length);
    for (const name of names) {
      const [file = ''] = filesIn(rig.path('set')).filter((path) => path.endsWith(`/${name}`));
      assert.ok(readFileSync(rig.path('set', file)).equals(readFileSync(join(folder, name))), name);
    }
  });
});
