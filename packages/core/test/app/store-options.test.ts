import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

describe('the options of a store that its driver declares', function () {
  this.timeout(30_000);

  const mistakes = `stores:
  out: { url: ./out, fsnyc: true }
  raw: { url: 's3://raw', maxParalel: 1, partBytes: big, region: eu-central-1, profile: 7 }
  dav:
    url: webdav+https://cloud.example.org/lab
    auth: digest
    pasword: env:NOT_SET
    maxParallel: 0
`;

  it('are refused with the line where they stand and the name that was meant', async () => {
    await using rig = await createRig({ config: mistakes });
    const { code, stderr } = await rig.runner('store', 'ls', 'out:');
    assert.equal(code, 2);
    assert.match(stderr, /runner\.yaml has 1 problem {2}\[config\.invalid\]/);
    assert.match(stderr, /runner\.yaml:2:22 {2}stores\.out\.fsnyc\n +file has no option fsnyc; did you mean fsync\?/);
  });

  it('are refused all at once, before a secret is looked for', async () => {
    await using rig = await createRig({ config: mistakes });
    const raw = await rig.runner('store', 'ls', 'raw:');
    assert.match(raw.stderr, /3 problems/);
    assert.match(raw.stderr, /runner\.yaml:3:27 {2}stores\.raw\.maxParalel\n.*did you mean maxParallel\?/);
    assert.match(raw.stderr, /runner\.yaml:3:53 {2}stores\.raw\.partBytes\n +must be a whole number, not text/);
    assert.match(
      raw.stderr,
      /runner\.yaml:3:89 {2}stores\.raw\.profile\n +must be text, not a number; put it in quotes/,
    );
    const dav = await rig.runner('store', 'ls', 'dav:');
    assert.match(dav.stderr, /runner\.yaml:6:11 {2}stores\.dav\.auth\n +must be basic/);
    assert.match(dav.stderr, /runner\.yaml:7:5 {2}stores\.dav\.pasword\n.*did you mean password\?/);
    assert.match(dav.stderr, /runner\.yaml:8:18 {2}stores\.dav\.maxParallel\n +must be at least 1/);
  });

  it('are all looked at by doctor', async () => {
    await using rig = await createRig({ config: mistakes });
    const { stdout } = await rig.runner('doctor');
    assert.match(stdout, /✗ stores\.out\.fsnyc {2}file has no option fsnyc; .* \(runner\.yaml:2:22\)/);
    for (const name of ['out', 'raw', 'dav']) assert.match(stdout, new RegExp(`✗ ${name}\\b`), name);
  });

  it('are not looked at where a plugin declares none', async () => {
    await using rig = await shelfRig();
    const config = readFileSync(rig.path('runner.yaml'), 'utf8');
    rig.write('runner.yaml', config.replace("shelf.db'", "shelf.db', anything: [goes]"));
    const { code, stderr } = await rig.runner('store', 'ls', 'shelf:');
    assert.equal(code, 0, stderr);
  });
});
