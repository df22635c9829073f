import { deepEqual, equal } from 'node:assert/strict';
import { findProject, userStateDir } from '../../src/config/find-project.ts';
import { loadProject, requireProject } from '../../src/config/load-project.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { problemLines } from './failing.ts';
import { tempFolder } from './temp-folder.ts';

const env = { HOME: '/home/ada' };

describe('a project', () => {
  it('is found from a folder deep inside it', () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: []\n', 'raw/deep/a.txt': '' });
    equal(findProject(folder.path('raw', 'deep'))?.dir, folder.dir);
  });

  it('is the nearest one', () => {
    using folder = tempFolder({ 'runner.yaml': '', 'inner/runner.yaml': '' });
    equal(loadProject(folder.path('inner'), { env }).dir, folder.path('inner'));
  });

  it('may be a package.json that names plugins', () => {
    using folder = tempFolder({ 'package.json': '{\n  "runner": { "plugins": ["plugin-a", "./b.ts"] }\n}\n' });
    const project = loadProject(folder.dir, { env });
    deepEqual(
      project.plugins.map(({ name, at }) => `${name} ${at.file}:${at.line}`),
      ['plugin-a package.json:2', './b.ts package.json:2'],
    );
    equal(project.configFile, folder.path('package.json'));
  });

  it('is not the package of a plugin', () => {
    using folder = tempFolder({ 'package.json': '{ "runner": { "plugin": "./dist/index.js" } }' });
    equal(findProject(folder.dir), undefined);
  });

  it('is not needed: state then lies in a folder of the user', async () => {
    using folder = tempFolder();
    const project = loadProject(folder.dir, { env });
    equal(project.configFile, undefined);
    equal(project.stateDir, userStateDir(env));
    equal((await failureFrom(() => requireProject(project))).code, 'config.missing');
  });

  it('keeps state in .runner beside its config', () => {
    using folder = tempFolder({ 'runner.yaml': '' });
    equal(loadProject(folder.dir, { env }).stateDir, folder.path('.runner'));
  });

  it('has everything its config says', () => {
    using folder = tempFolder({
      'runner.yaml': `plugins: ['@dataset-runner/plugin-diatom', ./plugins/ours.ts]
stores:
  cloud: { url: 'webdav+https://cloud.example.org/files/lab', username: env:CLOUD_USER, password: env:CLOUD_PASSWORD }
  short: 's3://bucket/prefix'
secrets:
  azure-key: env:AZURE_ML_KEY
tasks:
  diatom:build: { fileList: ./species.json, testCount: 10, out: 'cloud:sets' }
  diatom:check:
pipelines:
  weekly:
    - ifcb:extract: { bins: ./raw }
    - ifcb:classify: { images: '\${{ extract.images }}' }
      id: classes
      after: []
    - ifcb:seabass
lanes: { network: 8, kaggle: 1 }
network: { allowHosts: [127.0.0.1] }
concurrency: 4
`,
    });
    const project = loadProject(folder.dir, { env });
    deepEqual(
      project.plugins.map(({ name }) => name),
      ['@dataset-runner/plugin-diatom', './plugins/ours.ts'],
    );
    const { cloud, short } = project.stores;
    deepEqual(cloud?.options, { username: 'env:CLOUD_USER', password: 'env:CLOUD_PASSWORD' });
    deepEqual({ url: short?.url, options: short?.options }, { url: 's3://bucket/prefix', options: {} });
    deepEqual(project.secrets, { 'azure-key': 'env:AZURE_ML_KEY' });
    deepEqual(project.tasks['diatom:build']?.values, { fileList: './species.json', testCount: 10, out: 'cloud:sets' });
    deepEqual(project.tasks['diatom:build']?.placeOf(['testCount']), { file: 'runner.yaml', line: 8, column: 56 });
    deepEqual(project.tasks['diatom:check']?.values, {});
    deepEqual(
      project.pipelines['weekly']?.entries.map(({ id, task, after }) => ({ id, task, after })),
      [
        { id: 'extract', task: 'ifcb:extract', after: undefined },
        { id: 'classes', task: 'ifcb:classify', after: [] },
        { id: 'seabass', task: 'ifcb:seabass', after: undefined },
      ],
    );
    deepEqual(
      [project.lanes, project.network, project.concurrency],
      [{ network: 8, kaggle: 1 }, { allowHosts: ['127.0.0.1'] }, 4],
    );
  });
});

describe('a wrong config', () => {
  const cases: readonly { readonly name: string; readonly yaml: string; readonly problems: readonly string[] }[] = [
    {
      name: 'names an unknown key and the one that was meant',
      yaml: 'plugin: []\n',
      problems: ['runner.yaml:1:1 plugin unknown key plugin; did you mean plugins?'],
    },
    {
      name: 'has all its problems reported at once',
      yaml: 'plugins: diatom\nlanes:\n  network: 0\n  disk: fast\n',
      problems: [
        'runner.yaml:1:10 plugins must be a list, not text',
        'runner.yaml:3:12 lanes.network must be at least 1',
        'runner.yaml:4:9 lanes.disk must be a whole number, not text',
      ],
    },
    { name: 'has a key twice', yaml: 'tasks: {}\ntasks: {}\n', problems: ['runner.yaml:2:1 this key is there twice'] },
    {
      name: 'is indented with a tab',
      yaml: 'tasks:\n\ta: 1\n',
      problems: ['runner.yaml:2:1 YAML is indented with spaces, not tabs'],
    },
    {
      name: 'pollutes no prototype',
      yaml: 'tasks:\n  __proto__: { polluted: true }\n',
      problems: ['runner.yaml:2:3 tasks.__proto__ this name is reserved'],
    },
    {
      name: 'has an alias that leads to itself',
      yaml: 'tasks: &a\n  b:c: *a\n',
      problems: ['runner.yaml:2:8 tasks.b:c this alias leads to itself'],
    },
    {
      name: 'names a task without its plugin',
      yaml: 'tasks:\n  build: {}\n',
      problems: ['runner.yaml:2:3 tasks.build the name must be a task like plugin:task'],
    },
    {
      name: 'takes a name that means a place',
      yaml: 'stores:\n  work: ./x\n',
      problems: ['runner.yaml:2:3 stores.work work: is a kind of place already; choose another name'],
    },
    {
      name: 'has a store that could be a drive',
      yaml: 'stores:\n  c: ./x\n',
      problems: ['runner.yaml:2:3 stores.c the name must be lower-case letters, digits and -, at least two of them'],
    },
    {
      name: "forgets a store's url",
      yaml: 'stores:\n  cloud: { user: x }\n',
      problems: ['runner.yaml:2:10 stores.cloud url is missing'],
    },
    {
      name: 'names a plugin twice',
      yaml: 'plugins: [a, a]\n',
      problems: ['runner.yaml:1:14 plugins[1] a is already named above'],
    },
    {
      name: 'puts two tasks into one pipeline entry',
      yaml: 'pipelines:\n  p:\n    - a:b: {}\n      c:d: {}\n',
      problems: ['runner.yaml:3:7 pipelines.p[0] names two tasks, a:b and c:d: make it two entries'],
    },
    {
      name: 'uses a task twice without ids',
      yaml: 'pipelines:\n  p:\n    - a:b\n    - c:b\n',
      problems: ['runner.yaml:4:7 pipelines.p[1] b is also the entry at line 3; give one of them an id'],
    },
    {
      name: 'has a reference without quotes between braces: one mistake, one problem',
      yaml: "pipelines:\n  p:\n    - a:b: { out: ./x-${{ c.d }} }\n      id: b\n    - e:f: { in: '${{ c.d }}' }\n",
      problems: ['runner.yaml:3:24 a text with ${{ }} needs quotes around it here'],
    },
    {
      name: 'misses a bracket',
      yaml: 'plugins: [a\n',
      problems: ['runner.yaml:2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    },
  ];
  for (const { name, yaml, problems } of cases) {
    it(name, async () => {
      using folder = tempFolder({ 'runner.yaml': yaml });
      deepEqual(await problemLines(() => loadProject(folder.dir, { env })), problems);
    });
  }

  it('in package.json may hold plugins only', async () => {
    using folder = tempFolder({ 'package.json': '{ "runner": { "plugins": [], "stores": {} } }' });
    deepEqual(await problemLines(() => loadProject(folder.dir, { env })), [
      'package.json:1:30 runner.stores unknown key stores; known are plugins',
    ]);
  });
});

describe('a secret in the config', () => {
  const cases: readonly [name: string, yaml: string, where: string, line: number][] = [
    ['under secrets', 'secrets:\n  key: hunter2\n', 'secrets.key', 2],
    [
      'as a password',
      'stores:\n  cloud:\n    url: s3://b\n    secretAccessKey: hunter2\n',
      'stores.cloud.secretAccessKey',
      4,
    ],
    [
      'as a connection string',
      'stores:\n  cloud: { url: az://b, connectionString: AccountKey=hunter2 }\n',
      'stores.cloud.connectionString',
      2,
    ],
    ['in a URL', 'stores:\n  cloud: https://ada:hunter2@example.org/x\n', 'stores.cloud.url', 2],
    ['in a signed URL', "stores:\n  cloud: 'https://x.org/c?sv=1&sig=hunter2'\n", 'stores.cloud.url', 2],
  ];
  for (const [name, yaml, where, line] of cases) {
    it(`is refused ${name}, and not repeated`, async () => {
      using folder = tempFolder({ 'runner.yaml': yaml });
      const failure = await failureFrom(() => loadProject(folder.dir, { env }));
      equal(failure.code, 'secret.inline');
      equal('where' in failure && failure.where, where);
      equal(failure.at?.line, line);
      equal(JSON.stringify(failure).includes('hunter2'), false);
    });
  }
});
