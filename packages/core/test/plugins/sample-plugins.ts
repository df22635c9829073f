import { loadProject } from '../../src/config/load-project.ts';
import { loadCatalogue } from '../../src/plugins/catalogue.ts';
import { readCatalogueCache } from '../../src/plugins/catalogue-cache.ts';
import { listTasks, type Catalogue } from '../../src/plugins/manifest.ts';
import type { TempFolder } from '../config/temp-folder.ts';

/** A plugin in one file; `before` runs when it is imported. */
export function plugin(name: string, before = ''): string {
  return `import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
${before}
export const copy = defineStep({ name: 'copy', version: 2, secrets: ['key'], needs: () => ({ cpu: true }), async work(item: string) { return item; } });
export const build = defineTask({
  summary: 'Builds ${name}.',
  params: z.object({ seed: z.int().default(1).describe('Seed of the shuffle'), out: z.string() }),
  outputs: z.object({ count: z.int() }),
  steps: { copy },
  async run() { return { count: 0 }; },
});
export default definePlugin({ name: '${name}', api: 1, tasks: { build } });
`;
}

export const manifest = {
  manifest: 1,
  name: 'shipped',
  version: '1.2.3',
  api: 1,
  tasks: { pack: { summary: 'Packs.', params: { type: 'object' }, steps: [] } },
  stores: [],
  failures: [],
};

/** A package that throws when it is imported: nothing may do that to list it. */
export function shipped(folder: TempFolder, name = 'plugin-shipped', text = JSON.stringify(manifest)): void {
  const runner = { plugin: './dist/index.js', manifest: './runner.manifest.json' };
  folder.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', runner }));
  folder.write(`node_modules/${name}/dist/index.js`, "throw new Error('imported');");
  folder.write(`node_modules/${name}/runner.manifest.json`, text);
}

export function open(folder: TempFolder): Promise<Catalogue> {
  return loadCatalogue(loadProject(folder.dir, { env: {} }));
}

export function cached(folder: TempFolder): Catalogue | undefined {
  return readCatalogueCache({ cwd: folder.dir, env: {} });
}

/** Opens again until the cache is kept: it never is when a file changed within the last moments. */
export async function openUntilCached(folder: TempFolder): Promise<Catalogue> {
  for (;;) {
    const catalogue = await open(folder);
    if (cached(folder) !== undefined) return catalogue;
  }
}

export const ids = (catalogue: Catalogue) => listTasks(catalogue).map(({ id }) => id);
export const disabled = (catalogue: Catalogue) =>
  catalogue.disabled.map(({ spec, failure }) => `${spec} ${failure.code}`);
