import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { root } from '../../scripts/checkout.mjs';
import { fillBlocks } from '../../scripts/docs/blocks.ts';
import { documents, generatedDocs, sameText } from '../../scripts/docs/generated.ts';
import { deadLinks } from '../../scripts/docs/links.ts';
// The tests that the documents show are tests.
import '../../docs/examples/shelf-driver.test.ts';
import '../../docs/examples/sort-pictures.test.ts';

describe('the documents', () => {
  it('say in their generated parts what the code, the examples and real runs say', async function () {
    this.timeout(60_000);
    if (process.platform === 'win32') this.skip(); // the tour is walked in sh
    for (const { path, text } of await generatedDocs()) {
      const before = readFileSync(join(root, path), 'utf8');
      if (!sameText(before, text)) assert.equal(before, text, `${path} is out of date; npm run docs writes it`);
    }
  });

  it('lead somewhere with every link and name of a file', () => {
    assert.deepEqual(
      documents().flatMap((path) => deadLinks(path)),
      [],
    );
  });

  it('do not take a dead link, a missing file or a missing heading for a good one', () => {
    const text = '[a](gone.md) [b](LICENSE) [c](#here) [d](#there)\n# Here\n`docs/gone.md` `docs/examples/fetch.ts`\n';
    assert.deepEqual(deadLinks('README.md', text), [
      'README.md:1  gone.md',
      'README.md:1  #there',
      'README.md:3  docs/gone.md',
    ]);
  });

  it('have no block that nothing makes or that is not closed', async () => {
    await assert.rejects(fillBlocks('a.md', '<!-- tusks -->\n<!-- /tusks -->\n', {}), /nothing makes <!-- tusks -->/);
    await assert.rejects(fillBlocks('a.md', '<!-- tasks -->\n', { tasks: () => '' }), /is not closed/);
  });
});

/** A project with the plugins of docs/examples and a little for them to work on. */
async function exampleProject(): Promise<ProjectRig> {
  const names = ['measure', 'fetch', 'classify', 'unpack', 'deliver', 'shelf-driver'];
  const plugins = names.map((name) => [
    `${name}.ts`,
    `export { default } from '${pathToFileURL(join(root, 'docs/examples', `${name}.ts`)).href}';\n`,
  ]);
  const rig = await createRig({
    files: {
      ...Object.fromEntries(plugins),
      'raw/a.png': 'abc',
      'raw/b.png': 'xyzzy',
      'model.txt': 'cat\ndog\nbird\n',
      'log.txt': 'one two\nthree four five\n',
    },
    env: { TOKEN: 'open sesame' },
  });
  const shelf = pathToFileURL(rig.path('shelf.db')).href.replace(/^file:/, 'shelf:');
  rig.write(
    'runner.yaml',
    [
      `plugins: [${names.map((name) => `./${name}.ts`).join(', ')}]`,
      `stores: { shelf: { url: '${shelf}' } }`,
      'secrets: { collection-token: env:TOKEN }',
      'network: { allowHosts: [127.0.0.1] }',
      '',
    ].join('\n'),
  );
  return rig;
}

describe('the examples of the documents', () => {
  const commands: readonly (readonly [title: string, args: readonly string[], made: string | undefined])[] = [
    ['measure.ts', ['bright:brighten', './raw', '-o', './bright'], 'bright/brightness.csv'],
    ['classify.ts', ['model:label', '--from', './raw', '--model', './model.txt'], undefined],
    ['unpack.ts', ['log:unpack', '--log', './log.txt', '--out', './log'], 'log/tiles/000001/2.txt'],
    [
      'deliver.ts and shelf-driver.ts',
      ['deliver:files', '--from', './raw', '--out', 'shelf:in', '--machine', 'm1'],
      'shelf.db',
    ],
  ];
  for (const [title, args, made] of commands) {
    it(`${title} does what it says, and again nothing`, async () => {
      await using rig = await exampleProject();
      const { code, stderr } = await rig.runner('run', ...args);
      assert.equal(code, 0, stderr);
      if (made !== undefined) assert.ok(rig.exists(made), made);
      const again = await rig.runner('run', ...args);
      assert.equal(again.code, 0, again.stderr);
      // Steps with `cache: false` always run; everything else is found done.
      assert.match(again.stdout, title.startsWith('deliver') ? /push\s+2 reused/ : /Nothing to do/);
    });
  }

  it('fetch.ts sends its secret, and fails by name', async function () {
    this.timeout(30_000);
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(request.url === '/a.zip' ? 200 : 404).end('zip');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await using rig = await exampleProject();
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      rig.write('list.csv', `species,url\namphora,${url}/a.zip\nnavicula,${url}/b.zip\n`);
      const { code, report } = await rig.json('run', 'archive:fetch', '--archives', './list.csv', '--out', './zips');
      assert.equal(code, 1);
      assert.deepEqual(
        (report['failures'] as { code: string }[]).map((failure) => failure.code),
        ['archive.not-there'],
      );
      assert.equal(rig.read('zips/amphora.zip'), 'zip');
      assert.deepEqual(new Set(asked), new Set(['Bearer open sesame']));
    } finally {
      server.close();
    }
  });
});
