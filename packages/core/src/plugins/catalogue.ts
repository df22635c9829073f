import { jsonSchemaOf } from '../config/zod-schema.ts';
import type { Project } from '../config/project.ts';
import { findPlugin } from './find.ts';
import { loadPlugin } from './load.ts';
import type { Catalogue } from './manifest.ts';
export async function loadCatalogue(project: Project): Promise<Catalogue> {
  const plugins = [];
  for (const { name } of project.plugins) {
    const { found } = findPlugin(name, project.dir);
    if (!('plugin' in found)) continue;
    const plugin = await loadPlugin(found.plugin, project.dir);
    const tasks = Object.fromEntries(Object.entries(plugin.tasks).map(([n, t]) => [n, { summary: t.summary, params: jsonSchemaOf(t.params, 'input'), steps: [] }]));
    plugins.push({ ...found.plugin, manifest: { manifest: 1 as const, name: plugin.name, version: '0', api: 1, tasks, stores: [], failures: [] } });
  }
  return { dir: project.dir, plugins, disabled: [], pipelines: [], stores: [] } as unknown as Catalogue;
}
