import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

/** A package that may be listed but not imported. */
const idle = {
  'node_modules/plugin-idle/package.json': JSON.stringify({
    name: 'plugin-idle',
    version: '1.0.0',
    runner: { plugin: './index.js', manifest: './runner.manifest.json' },
  }),
  'node_modules/plugin-idle/index.js': "throw new Error('imported');",
  'node_modules/plugin-idle/runner.manifest.json': JSON.stringify({
    manifest: 1,
    name: 'idle',
    version: '1.0.0',
    api: 1,
    tasks: {},
    stores: [],
    failures: [],
  }),
};

const shelfPlugin = new URL('../../../../docs/examples/shelf-driver.ts', import.meta.url).href;

async function shelfRig(): Promise<ProjectRig> {
  const rig = await createRig({
    files: { ...idle, 'shelf-driver.ts': `export { default } from '${shelfPlugin}';\n`, 'a.txt': 'hello' },
  });
  const url = pathToFileURL(rig.path('shelf.db')).href.replace(/^file:/, 'shelf:');
  rig.write('runner.yaml', `plugins: [plugin-idle, ./shelf-driver.ts]\nstores: { shelf: { url: '${url}' } }\n`);
  return rig;
}

describe('a store that a plugin brings', function () {
  this.timeout(30_000);

  it('is there for every command on stores, and no other plugin is imported for it', async () => {
    await using rig = await shelfRig();
    for (const [line, says] of [
      ['store cp ./a.txt shelf:in/a.txt', /Copied 1 file/],
      ['store ls shelf:in', /a\.txt/],
      ['store cat shelf:in/a.txt', /^hello$/],
      ['store check-access shelf:', /✓ write/],
      ['store rm shelf:in/a.txt', /Removed 1 file/],
      ['clean', /nothing to clean/],
    ] as const) {
      const { code, stdout, stderr } = await rig.runner(...line.split(' '));
      assert.equal(code, 0, `${line}: ${stderr}`);
      assert.match(stdout, says, line);
    }
    const { stderr } = await rig.runner('verify', 'shelf:in');
    assert.doesNotMatch(stderr, /store\.scheme/);
  });

  it('is opened by doctor', async () => {
    await using rig = await shelfRig();
    const { stdout } = await rig.runner('doctor');
    assert.match(stdout, /stores\n {2}✓ shelf/);
  });
});

describe('the options of a store', function () {
  this.timeout(30_000);
  const config = 'stores: { mem: { url: memory:a, username: env:THE_USER, password: env:THE_PASSWORD } }\n';

  it('may hold a short name of an account', async () => {
    await using rig = await createRig({ config, env: { THE_USER: 'lab', THE_PASSWORD: 'open sesame' } });
    const { code, stderr } = await rig.runner('store', 'ls', 'mem:');
    assert.equal(code, 0, stderr);
  });

  it('are called by their path when a secret is missing', async () => {
    await using rig = await createRig({ config, env: { THE_USER: 'lab' } });
    const { code, stderr } = await rig.runner('store', 'ls', 'mem:');
    assert.equal(code, 3);
    assert.match(stderr, /stores\.mem\.password/);
  });
});
