import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRig } from '@dataset-runner/core/testing';
import { skip } from '../../../test/support/skip.ts';
import { filesIn } from './support/project.ts';
import { openSite, type Site } from './support/site.ts';

const archives = join(process.env['RUNNER_TEST_DATA'] ?? '', 'archives');
const present = process.env['RUNNER_TEST_DATA'] !== undefined && existsSync(archives);

/** To be recognised by their content; it is a tar with `../evil.txt`, which is refused then. */
const recognisedThenRefused = new Set(['tar-is-gz.tar', 'zip-is-tar.zip']);

/** To be accepted where names like `a:b.txt` can be held; our stores hold them nowhere, and say so. */
const heldByNoStore = new Set(['zip-reserved.zip']);

interface Case {
  readonly name: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly refused: boolean;
}

function cases(folder: string): Case[] {
  const table = JSON.parse(readFileSync(join(archives, folder, 'expected.json'), 'utf8')) as Record<
    string,
    { verdict: string }
  >;
  return Object.entries(table).map(([path, { verdict }], index) => ({
    name: `${folder}-${index}`,
    bytes: readFileSync(join(archives, folder, path)),
    refused: verdict === 'reject' || recognisedThenRefused.has(basename(path)) || heldByNoStore.has(basename(path)),
    path,
  }));
}

async function carryAll(site: Site, all: readonly Case[]): Promise<void> {
  const plugin = new URL('./fixtures/hostile.ts', import.meta.url).href;
  await using rig = await createRig({
    packages: ['@dataset-runner/kit'],
    config: 'plugins: [./hostile.ts]\nnetwork: { allowHosts: [127.0.0.1] }\n',
    files: { 'hostile.ts': `export { default } from '${plugin}';\n`, 'outside/victim.txt': 'untouched' },
  });
  rig.write('archives.json', JSON.stringify(all.map(({ name }) => ({ name, url: `${site.url}/${name}` }))));
  const { report } = await rig.json('run', 'hostile:all', '--archives', './archives.json');
  const failures = report['failures'] as { readonly code: string; readonly at: { readonly item: string } }[];
  for (const { name, path, refused } of all) {
    const failure = failures.find(({ at }) => at.item === name);
    assert.equal(failure !== undefined, refused, `${path} ${JSON.stringify(failure)}`);
    if (failure === undefined) continue;
    assert.match(failure.code, /^kit\.(archive|entry)-|^kit\.download-content$|^store\.key$/, path);
    assert.deepEqual(filesIn(rig.path('out', name)), [], path);
  }
  assert.equal(rig.read('outside/victim.txt'), 'untouched');
  const own = /^(out|outside|node_modules|\.runner)\/|^(package\.json|runner\.yaml|hostile\.ts|archives\.json)$/;
  assert.deepEqual(
    filesIn(rig.dir).filter((file) => !own.test(file)),
    [],
    'nothing was written elsewhere',
  );
}

describe('hostile archives on their way into a store', function () {
  this.timeout(300_000);
  before(function () {
    if (!present) skip(this, 'RUNNER_TEST_DATA is not set');
  });

  for (const folder of ['generated', 'yauzl']) {
    it(`of ${folder} get the verdict they are expected to get, and the refused ones leave nothing`, async () => {
      const all = cases(folder);
      assert.ok(all.length >= 40);
      await using site = await openSite(Object.fromEntries(all.map(({ name, bytes }) => [name, bytes])));
      await carryAll(site, all);
    });
  }
});
