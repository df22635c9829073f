import type { Catalogue, CataloguePlugin } from '../../../src/plugins/manifest.ts';

const diatom: CataloguePlugin = {
  spec: '@dataset-runner/plugin-diatom',
  kind: 'package',
  dir: '/project/node_modules/@dataset-runner/plugin-diatom',
  entry: '/project/node_modules/@dataset-runner/plugin-diatom/dist/index.js',
  version: '0.1.0',
  manifest: {
    manifest: 1,
    name: 'diatom',
    version: '0.1.0',
    api: 1,
    stores: [],
    failures: [],
    tasks: {
      build: {
        summary: 'Download species archives and publish a seeded train/test set.',
        description:
          'Downloads each archive once, checks it, unpacks it, splits its pictures into a train and a test set that stay the same as long as the seed does, and packs the result.',
        examples: ['runner run diatom:build --file-list species.json --out cloud:sets'],
        params: {
          type: 'object',
          required: ['fileList', 'out'],
          properties: {
            fileList: {
              type: 'array',
              items: { type: 'object' },
              'x-runner': 'source',
              description: 'The archives: a path, a store URL, env: or cmd: reference',
            },
            testCount: {
              type: 'integer',
              minimum: 0,
              default: 10,
              description: 'Pictures per species kept for testing',
              short: 't',
            },
            seed: { type: 'integer', default: 1, description: 'Seed of the shuffle' },
            species: { type: 'array', items: { type: 'string' }, description: 'Only these species' },
            format: { type: 'string', enum: ['zip', 'tar'], default: 'zip', description: 'How the set is packed' },
            checks: { type: 'boolean', default: true, description: 'Decode every picture' },
            out: { type: 'string', 'x-runner': 'place', description: 'Where the set is published', positional: true },
          },
        },
        steps: [
          { name: 'download', version: 1, needs: { lane: 'network' }, retries: 3, secrets: ['kaggle-key'] },
          { name: 'unpack', version: 1, needs: {}, retries: 2, secrets: [] },
          { name: 'place', version: 2, needs: { cpu: true, memoryMb: 200 }, retries: 2, secrets: [], batch: 64 },
        ],
      },
    },
  },
};

/** A project with one plugin, one that is off, a pipeline and a store. */
export const sampleCatalogue: Catalogue = {
  dir: '/project',
  configFile: '/project/runner.yaml',
  plugins: [diatom],
  disabled: [
    {
      spec: '@dataset-runner/plugin-ifcb',
      failure: {
        code: 'plugin.missing',
        name: '@dataset-runner/plugin-ifcb',
        install: 'npm install --save-dev @dataset-runner/plugin-ifcb',
      },
    },
  ],
  pipelines: [{ name: 'weekly', tasks: ['diatom:build', 'diatom:report'] }],
  stores: ['cloud'],
};
