import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandHelp } from '../../packages/core/src/cli/help/command-help.ts';
import { commandSpecs } from '../../packages/core/src/cli/spec/commands.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { buildManifest } from '../../packages/core/src/plugins/build-manifest.ts';
import { loadPlugin, loadTasks } from '../../packages/core/src/plugins/load.ts';
import type { Manifest } from '../../packages/core/src/plugins/manifest.ts';
import { plainStyle } from '../../packages/core/src/report/style.ts';
import { builtinDrivers } from '../../packages/core/src/storage/drivers/registry.ts';
import { root } from '../checkout.mjs';
import { coreViolation } from '../layers/rooms.ts';
import { table } from './table.ts';

/** Every task of every plugin of this repository, from the manifests their packages ship. */
export async function taskTable(): Promise<string> {
  const rows: string[][] = [];
  for (const file of globSync('packages/plugin-*/src/index.ts', { cwd: root }).sort()) {
    const { name, tasks } = await manifestOf(join(root, file));
    for (const [task, { summary, params }] of Object.entries(tasks)) {
      const wanted = (params.required ?? []).map((param) => `\`${param}\``).join(', ');
      rows.push([`\`${name}:${task}\``, summary, wanted]);
    }
  }
  return table(['Task', 'What it does', 'Must be given'], rows);
}

async function manifestOf(file: string): Promise<Manifest> {
  const found = { spec: file, kind: 'file', dir: root, entry: file, version: '0.0.0' } as const;
  const plugin = await loadPlugin(found, root);
  return buildManifest(plugin, await loadTasks(plugin, found, root), found.version);
}

/** The kinds of stores core brings, from what their drivers say of themselves. */
export async function storeTable(): Promise<string> {
  const rows: string[][] = [['`work:name`', 'A folder under `.runner/work`, on this machine', 'yes', 'yes']];
  for (const driver of builtinDrivers) {
    const { examples, summary, guarantees } = await driver.load();
    const urls = examples.map(({ url }) => `\`${url}\``).join('<br>');
    rows.push([urls, summary, yesNo(guarantees.conditionalPut), yesNo(guarantees.versions)]);
  }
  return table(['Place', 'What it is', 'Never overwrites by accident', 'Tells when a file changed'], rows);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** The keys of `runner.yaml`, from the schema that checks it. */
export function configKeys(): string {
  const rows = Object.entries(configSchema().properties ?? {}).map(([key, schema]) => [
    `\`${key}\``,
    typeof schema === 'object' ? (schema.description ?? '') : '',
  ]);
  return table(['Key', 'What it holds'], rows);
}

/** The help of every command. */
export function commandPages(): string {
  const layout = { style: plainStyle, width: 100 };
  return commandSpecs
    .map((spec) => `## \`runner ${spec.name}\`\n\n\`\`\`text\n${commandHelp(spec, layout).join('\n')}\n\`\`\`\n`)
    .join('\n');
}

/** The rooms of core by layer, highest first: the folders that are there, ordered by what the layer check allows. */
export function roomPicture(): string {
  const src = join(root, 'packages', 'core', 'src');
  const rooms = readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => entry.name);
  const mayImport = (from: string): string[] =>
    rooms.filter((to) => to !== from && coreViolation(`${from}/a.ts`, `${to}/b.ts`) === undefined);
  const layers = Map.groupBy(rooms, (room) => mayImport(room).length);
  const lines = [...layers]
    .sort(([a], [b]) => b - a)
    .map(([, members], i) => `  ${layers.size - 1 - i}  ${members.sort().join('   ')}`);
  const doors = ['index.ts', 'plugin.ts', 'testing.ts'].filter((file) => existsSync(join(src, file)));
  return ['```text', ...lines, '', `  doors: ${doors.join('   ')}`, '```'].join('\n');
}
