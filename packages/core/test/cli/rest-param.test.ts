import assert from 'node:assert/strict';
import type { GivenFlags } from '../../src/app/facade.ts';
import type { Catalogue, CataloguePlugin } from '../../src/plugins/manifest.ts';
import { finishedReport } from '../report/support/sample-runs.ts';
import { cli } from './support/fake-cli.ts';
import { sampleCatalogue } from './support/sample-project.ts';

const registry: CataloguePlugin = {
  spec: './registry.ts',
  kind: 'file',
  dir: '/project',
  entry: '/project/registry.ts',
  version: '0.1.0',
  manifest: {
    manifest: 1,
    name: 'registry',
    version: '0.1.0',
    api: 1,
    stores: [],
    failures: [],
    tasks: {
      add: {
        summary: 'Track files.',
        params: {
          type: 'object',
          required: ['action', 'targets'],
          properties: {
            action: { type: 'string', positional: true },
            targets: { type: 'array', items: { type: 'string' }, positional: true },
            jobs: { type: 'boolean', default: false },
          },
        },
        steps: [],
      },
    },
  },
};
const catalogue: Catalogue = { ...sampleCatalogue, plugins: [registry] };

async function given(...argv: string[]): Promise<GivenFlags | undefined> {
  let flags: GivenFlags | undefined;
  const run = (request: { readonly flags: GivenFlags }) => {
    flags = request.flags;
    return Promise.resolve(finishedReport);
  };
  const { stderr } = await cli(argv, { run }, catalogue);
  assert.equal(stderr, '');
  return flags;
}

describe('a list as the last positional param', () => {
  it('takes all words that are left, wherever flags stand', async () => {
    assert.deepEqual(await given('registry:add', 'now', 'raw/01'), { action: 'now', targets: 'raw/01' });
    assert.deepEqual(await given('registry:add', 'now', 'raw/01', '--dry-run', 'raw/02'), {
      action: 'now',
      targets: ['raw/01', 'raw/02'],
    });
    assert.deepEqual(await given('registry:add', 'now'), { action: 'now' });
  });

  it('takes a word that starts with a dash only behind --', async () => {
    assert.deepEqual(await given('registry:add', 'now', '--', '-odd', 'x'), { action: 'now', targets: ['-odd', 'x'] });
    const { code, stderr } = await cli(['registry:add', 'now', 'x', '--trgets', 'y'], {}, catalogue);
    assert.match(stderr, /Did you mean --targets\?/);
    assert.equal(code, 2);
  });

  it('keeps the order of words, also of those that are said twice', async () => {
    assert.deepEqual(await given('registry:add', 'now', '--dry-run', '--', 'cp', 'a', 'now', 'cp', 'registry:add'), {
      action: 'now',
      targets: ['cp', 'a', 'now', 'cp', 'registry:add'],
    });
  });

  it('is shown with dots in the help', async () => {
    const { stdout } = await cli(['registry:add', '--help'], {}, catalogue);
    assert.match(stdout, /runner run registry:add <action> <targets\.\.\.> \[flags\]/);
  });
});
