import { performance } from 'node:perf_hooks';
import type { DependencyContainer } from 'tsyringe';
import { checkProject } from '../config/check-pipeline.ts';
import { failureOf, type Problem } from '../model/failure.ts';
import { type Catalogue, type CataloguePlugin, listTasks } from '../plugins/manifest.ts';
import { loadPlugin } from '../plugins/load.ts';
import { wordFailure } from '../report/wording.ts';
import { checkValues, distinct } from './check-entries.ts';
import type { Check } from './facade.ts';
import { tokens } from './tokens.ts';

/** Looks at everything a run would need, and says what is wrong with it and what to do. */
export async function diagnose(container: DependencyContainer, catalogue: () => Promise<Catalogue>): Promise<Check[]> {
  const checks: Check[] = [{ group: 'runtime', name: 'Node.js', state: 'ok', detail: process.version }];
  const project = await attempt(checks, 'project', 'configuration', () => container.resolve(tokens.project));
  if (project === undefined) return checks;
  checks.push({
    group: 'project',
    name: 'folder',
    state: 'ok',
    detail: project.configFile ?? `no project in ${project.dir}`,
  });
  const found = await attempt(checks, 'plugins', 'catalogue', catalogue);
  if (found !== undefined) {
    const plugins = await diagnosePlugins(checks, found, project.dir);
    const tasks = Object.fromEntries(listTasks(found).map(({ id, task }) => [id, task]));
    const names = checkProject(project, tasks, { known: found.disabled.length === 0 ? 'all' : 'some' });
    const values: Problem[] = [];
    for (const pipeline of Object.values(project.pipelines))
      values.push(...(await checkValues(container, { ...found, plugins }, pipeline)));
    checks.push(...distinct([...names, ...values]).map((problem) => problemCheck('project', problem)));
  }
  for (const name of Object.keys(project.stores)) {
    await attempt(checks, 'stores', name, () => container.resolve(tokens.stores).open(`${name}:`));
  }
  await attempt(checks, 'state', 'state.db', () => {
    const state = container.resolve(tokens.state);
    const lines = state.lines();
    const rows = lines.reduce((sum, line) => sum + state.rows.count(line.id), 0);
    return `${counted(lines.length, 'line')}, ${counted(rows, 'row')}`;
  });
  return checks;
}

/** Returns the plugins that can be imported. */
async function diagnosePlugins(checks: Check[], catalogue: Catalogue, projectDir: string): Promise<CataloguePlugin[]> {
  for (const { spec, failure } of catalogue.disabled) {
    const { title, hint } = wordFailure(failure);
    checks.push({
      group: 'plugins',
      name: spec,
      state: 'failed',
      detail: title,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const loaded: CataloguePlugin[] = [];
  for (const plugin of catalogue.plugins) {
    await attempt(checks, 'plugins', plugin.spec, async () => {
      await loadPlugin(plugin, projectDir);
      loaded.push(plugin);
      return `${plugin.manifest.name} ${plugin.version}, ${counted(Object.keys(plugin.manifest.tasks).length, 'task')}`;
    });
  }
  return loaded;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function attempt<T>(
  checks: Check[],
  group: Check['group'],
  name: string,
  act: () => T | Promise<T>,
): Promise<T | undefined> {
  const startedMs = performance.now();
  try {
    const result = await act();
    const detail = typeof result === 'string' ? { detail: result } : {};
    checks.push({ group, name, state: 'ok', ...detail, tookMs: Math.round(performance.now() - startedMs) });
    return result;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const { title, hint, problems } = wordFailure(failure);
    checks.push({ group, name, state: 'failed', detail: title, ...(hint === undefined ? {} : { hint }) });
    checks.push(...problems.map((problem) => problemCheck(group, problem)));
    return undefined;
  }
}

function problemCheck(group: Check['group'], { path, message, file, line, column }: Problem): Check {
  const where = line === undefined ? '' : ` (${file}:${line}:${column})`;
  return { group, name: path === '' ? (file ?? group) : path, state: 'failed', detail: `${message}${where}` };
}
