import { deepEqual, equal, match } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { envName } from '../../src/config/collect-params.ts';
import { flagsOf } from '../../src/config/flags.ts';
import { loadProject } from '../../src/config/load-project.ts';
import { resolveParams } from '../../src/config/resolve-params.ts';
import type { ParamReaders } from '../../src/config/resolve-sources.ts';
import { jsonSchemaOf } from '../../src/config/zod-schema.ts';
import type { Json } from '../../src/lib/canonical-json.ts';
import { fileRef, source, storeUrl } from '../../src/model/params.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { problemLines } from './failing.ts';
import { tempFolder, type TempFolder } from './temp-folder.ts';

const archive = z.object({ species: z.string(), url: z.url(), count: z.int().optional() });
const schema = z.object({
  fileList: source(z.array(archive)).describe('The archives').meta({ positional: true }),
  testCount: z.int().min(0).default(10).describe('Pictures per species'),
  ratio: z.number().optional(),
  shuffle: z.boolean().default(true),
  mode: z.enum(['copy', 'link']).optional().meta({ short: 'm' }),
  species: z.array(z.string()).optional(),
  sizes: z.array(z.int()).optional(),
  limits: z.object({ width: z.int() }).optional(),
  model: fileRef().optional(),
  out: storeUrl(),
});

const given = { fileList: '[]', out: './set' };

async function resolved(
  flags: { readonly [name: string]: Json },
  more: Partial<Parameters<typeof resolveParams>[0]> = {},
) {
  return resolveParams({ taskId: 'diatom:build', schema, flags: { ...given, ...flags }, ...more });
}

/** Reads files of a folder, as the stores of a real project do. */
function readers(folder: TempFolder, env: { readonly [name: string]: string } = {}): ParamReaders {
  return {
    readText: (path) => readFile(resolve(folder.dir, path), 'utf8'),
    fileRef: (path) => Promise.resolve({ $type: 'file', store: './', key: path, size: 1 }),
    env: { ...process.env, ...env },
    cwd: folder.dir,
  };
}

function configured(yaml: string) {
  using folder = tempFolder({ 'runner.yaml': yaml });
  const params = loadProject(folder.dir, { env: {} }).tasks['diatom:build'];
  return params === undefined ? [] : [params];
}

describe('a param', () => {
  it('comes from the flag, the environment, the config, the default, in this order', async () => {
    const config = configured('tasks:\n  diatom:build:\n    testCount: 1\n    ratio: 0.1\n    mode: copy\n');
    const env = {
      RUNNER_DIATOM_BUILD_TEST_COUNT: '2',
      RUNNER_DIATOM_BUILD_RATIO: '0.2',
      RUNNER_DIATOM_BUILD_SPECIES: '',
    };
    const { params, origins } = await resolved({ testCount: '3' }, { env, config });
    deepEqual(params, { fileList: [], out: './set', testCount: 3, ratio: 0.2, mode: 'copy', shuffle: true });
    deepEqual(origins, {
      fileList: 'flag',
      testCount: 'flag',
      ratio: 'environment',
      shuffle: 'default',
      mode: 'runner.yaml:5:11',
      out: 'flag',
    });
  });

  it('of a pipeline entry wins over the one under tasks', async () => {
    const [weak] = configured('tasks:\n  diatom:build: { testCount: 1, ratio: 0.1 }\n');
    const [strong] = configured('tasks:\n  diatom:build: { testCount: 2 }\n');
    if (weak === undefined || strong === undefined) throw new Error('no params');
    const { params } = await resolved({}, { config: [strong, weak] });
    deepEqual([params['testCount'], params['ratio']], [2, 0.1]);
  });

  const texts: readonly [name: string, text: Json, value: unknown][] = [
    ['testCount', '7', 7],
    ['testCount', '1e3', 1000],
    ['ratio', '.5', 0.5],
    ['shuffle', 'false', false],
    ['shuffle', 'no', false],
    ['shuffle', true, true],
    ['mode', 'link', 'link'],
    ['species', 'a, b', ['a', 'b']],
    ['species', ['a', 'b,c'], ['a', 'b', 'c']],
    ['species', '["a,b"]', ['a,b']],
    ['sizes', '1,2', [1, 2]],
    ['limits', '{"width": 3}', { width: 3 }],
    ['fileList', '[{"species":"x","url":"https://x.org"}]', [{ species: 'x', url: 'https://x.org' }]],
  ];
  for (const [name, text, value] of texts) {
    it(`${name} is read from ${JSON.stringify(text)}`, async () => {
      deepEqual((await resolved({ [name]: text })).params[name], value);
    });
  }

  const wrong: readonly [flags: { readonly [name: string]: Json }, problem: string][] = [
    [{ testCount: 'many' }, '--test-count must be a whole number'],
    [{ testCount: '-1' }, '--test-count must be >=0'],
    [{ testCount: '1.5' }, '--test-count must be a whole number, not a number'],
    [{ shuffle: 'perhaps' }, '--shuffle must be true or false'],
    [{ mode: 'move' }, '--mode must be one of "copy", "link"'],
    [{ sizes: '1,x' }, '--sizes every entry must be a whole number'],
    [{ limits: '{"width":"x"}' }, '--limits.width must be a number, not text'],
    [{ tesCount: '1' }, '--tes-count diatom:build has no param tesCount; did you mean testCount?'],
  ];
  for (const [flags, problem] of wrong) {
    it(`is refused from ${JSON.stringify(flags)}`, async () => {
      deepEqual(await problemLines(() => resolved(flags)), [problem]);
    });
  }

  it('that is wrong in the config is shown there, all at once', async () => {
    const config = configured(
      'tasks:\n  diatom:build:\n    testCount: "3"\n    mode: move\n    limits:\n      width: wide\n',
    );
    deepEqual(await problemLines(() => resolved({}, { config })), [
      'runner.yaml:3:16 testCount must be a number, not text',
      'runner.yaml:4:11 mode must be one of "copy", "link"',
      'runner.yaml:6:14 limits.width must be a number, not text',
    ]);
  });

  it('that is wrong in the environment is named by its variable', async () => {
    deepEqual(await problemLines(() => resolved({}, { env: { RUNNER_DIATOM_BUILD_RATIO: 'half' } })), [
      'RUNNER_DIATOM_BUILD_RATIO must be a number',
    ]);
  });

  it('that is required says where it may come from', async () => {
    const problems = await problemLines(() =>
      resolveParams({ taskId: 'diatom:build', schema, flags: { fileList: '[]' } }),
    );
    deepEqual(problems, [
      'out is required: give --out, set RUNNER_DIATOM_BUILD_OUT, or write out under tasks: in runner.yaml',
    ]);
  });

  it('that waits for an earlier entry is neither missing nor checked', async () => {
    const { params } = await resolveParams({
      taskId: 'diatom:build',
      schema,
      flags: { fileList: '[]' },
      pending: new Set(['out']),
    });
    deepEqual(params, { fileList: [], testCount: 10, shuffle: true });
  });

  it('has a variable of its own', () =>
    equal(envName('my-plugin:build-set', 'outURL'), 'RUNNER_MY_PLUGIN_BUILD_SET_OUT_URL'));
});

describe('data named by a reference', () => {
  const rows = [
    { species: 'Melosira', url: 'https://x.org/m.zip', count: 3 },
    { species: 'Navicula', url: 'https://x.org/n.zip' },
  ];
  const json = JSON.stringify(rows);
  const forms: readonly [reference: string, text: string][] = [
    ['list.json', json],
    ['file:list.json', json],
    [
      'list.yaml',
      '- { species: Melosira, url: "https://x.org/m.zip", count: 3 }\n- { species: Navicula, url: "https://x.org/n.zip" }\n',
    ],
    ['list.csv', '\uFEFFspecies,url,count\r\nMelosira,"https://x.org/m.zip",3\r\nNavicula,https://x.org/n.zip,\r\n'],
    ['list.tsv', 'species\turl\tcount\nMelosira\thttps://x.org/m.zip\t3\nNavicula\thttps://x.org/n.zip\n'],
    ['list.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['list', json],
  ];
  for (const [reference, text] of forms) {
    it(`is read from ${reference}`, async () => {
      using folder = tempFolder({ [reference.replace('file:', '')]: text });
      const { params, origins } = await resolved({ fileList: reference }, { readers: readers(folder) });
      deepEqual(params['fileList'], rows);
      equal(origins['fileList'], 'flag');
    });
  }

  it('is read from the environment', async () => {
    using folder = tempFolder();
    deepEqual(
      (await resolved({ fileList: 'env:LIST' }, { readers: readers(folder, { LIST: json }) })).params['fileList'],
      rows,
    );
  });

  it('is read from a program, without a shell', async () => {
    using folder = tempFolder({ 'a b.json': json });
    const command = `cmd:"${process.execPath}" -e "process.stdout.write(require('fs').readFileSync(process.argv[1]))" 'a b.json'`;
    deepEqual((await resolved({ fileList: command }, { readers: readers(folder) })).params['fileList'], rows);
  });

  it('stays a reference where nothing may be read', async () => {
    deepEqual((await resolved({ fileList: 'list.json', model: 'x.onnx' })).params, {
      fileList: 'list.json',
      model: 'x.onnx',
      out: './set',
      testCount: 10,
      shuffle: true,
    });
  });

  it('a file becomes its ref', async () => {
    using folder = tempFolder();
    const { params } = await resolved({ model: 'x.onnx' }, { readers: readers(folder) });
    deepEqual(params['model'], { $type: 'file', store: './', key: 'x.onnx', size: 1 });
  });

  const broken: readonly [name: string, path: string, text: string, problems: readonly string[]][] = [
    [
      'names each wrong entry with its line',
      'list.csv',
      'species,url,count\nMelosira,nowhere,3\nNavicula,https://x.org/n.zip,few\n',
      [
        'list.csv:2 fileList[0].url entry 1 (Melosira): url is not a valid URL',
        'list.csv:3 fileList[1].count entry 2 (Navicula): count must be a number, not text',
      ],
    ],
    [
      'refuses a password in a URL, and no signature',
      'list.csv',
      'species,url\na,https://x.org/n.zip?sig=1\nb,https://me:secret@x.org/n.zip\n',
      ['list.csv:3 fileList[1].url entry 2 (b): url holds a password, which would be kept with the item'],
    ],
    [
      'names a missing member',
      'list.json',
      '[{"species":"Melosira"}]',
      ['list.json fileList[0].url entry 1 (Melosira): url is missing'],
    ],
    ['tells where JSON breaks', 'list.json', '[\n  {\n', ['list.json:3:1 fileList list.json is not valid JSON']],
    ['tells which line breaks', 'list.jsonl', '{}\n{\n', ['list.jsonl:2 fileList list.jsonl is not valid JSON']],
    [
      'tells of too many cells',
      'list.csv',
      'species,url\na,b,c\n',
      ['list.csv:2 fileList list.csv has 3 cells, but 2 columns'],
    ],
    [
      'tells of an open quote',
      'list.csv',
      'species,url\n"a,b\n',
      ['list.csv:2 fileList list.csv a quote is not closed'],
    ],
    ['is of the wrong kind', 'list.json', '{}', ['list.json fileList must be a list, not an object']],
  ];
  for (const [name, path, text, problems] of broken) {
    it(name, async () => {
      using folder = tempFolder({ [path]: text });
      deepEqual(await problemLines(() => resolved({ fileList: path }, { readers: readers(folder) })), problems);
    });
  }

  it('that a program does not give is a problem of the flag', async () => {
    using folder = tempFolder();
    const [problem = ''] = await problemLines(() =>
      resolved({ fileList: 'cmd:no-such-program-here' }, { readers: readers(folder) }),
    );
    match(problem, /^--file-list cmd:no-such-program-here gave nothing: there is no program no-such-program-here$/);
  });

  it('is not shown when it is broken', async () => {
    using folder = tempFolder({ 'list.json': '{"password": hunter2' });
    const failure = await failureFrom(() => resolved({ fileList: 'list.json' }, { readers: readers(folder) }));
    equal(JSON.stringify(failure).includes('hunter2'), false);
  });
});

describe('the flags of a task', () => {
  it('are made of its JSON Schema alone', () => {
    const flags = flagsOf(jsonSchemaOf(schema, 'input'));
    deepEqual(
      flags.map(({ name, type, multiple, required, default: value, choices, short, positional, kind }) =>
        JSON.stringify({ name, type, multiple, required, value, choices, short, positional, kind }),
      ),
      [
        '{"name":"file-list","type":"string","multiple":false,"required":true,"positional":0,"kind":"source"}',
        '{"name":"test-count","type":"integer","multiple":false,"required":false,"value":10}',
        '{"name":"ratio","type":"number","multiple":false,"required":false}',
        '{"name":"shuffle","type":"boolean","multiple":false,"required":false,"value":true}',
        '{"name":"mode","type":"enum","multiple":false,"required":false,"choices":["copy","link"],"short":"m"}',
        '{"name":"species","type":"string","multiple":true,"required":false}',
        '{"name":"sizes","type":"integer","multiple":true,"required":false}',
        '{"name":"limits","type":"json","multiple":false,"required":false}',
        '{"name":"model","type":"string","multiple":false,"required":false,"kind":"file"}',
        '{"name":"out","type":"string","multiple":false,"required":true,"kind":"place"}',
      ],
    );
    equal(flags[0]?.description, 'The archives');
  });
});
