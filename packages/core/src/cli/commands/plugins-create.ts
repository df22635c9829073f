import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../model/failure.ts';
import { openPluginEntries } from '../plugin-entries.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins create`: a plugin of one file that already does something. */
export class PluginsCreateCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const name = line.arg('name');
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw fail('usage.invalid', {
        message: `${name} cannot name a plugin`,
        hint: 'Take small letters, digits and dashes.',
      });
    }
    const entries = openPluginEntries(this.context);
    const entry = `./plugins/${name}.ts`;
    const path = join(entries.dir, 'plugins', `${name}.ts`);
    if (existsSync(path))
      throw fail('usage.invalid', {
        message: `${entry} is there already`,
        hint: `Use it with: runner plugins add ${entry}`,
      });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, pluginFile(name), { flag: 'wx' });
    entries.add(entry);
    this.context.print([
      `Wrote ${entry} and named it in runner.yaml. Try it with:`,
      `  runner run ${name}:copy --from . --out ./out --dry-run`,
    ]);
    return 0;
  }
}

function pluginFile(name: string): string {
  return `import { definePlugin, defineStep, defineTask, type FileRef, storeUrl, z } from '@dataset-runner/core/plugin';

// A step is done for each item; its result is kept until the item, the version or what it uses changes.
const copy = defineStep({
  name: 'copy',
  version: 1,
  async work(item: FileRef, { output }) {
    return output.copy(item.key, item);
  },
});

// A task plans: it lists, decides and maps steps over items. It never writes a byte itself.
const copyTask = defineTask({
  summary: 'Copy files from one place to another.',
  params: z.object({
    from: storeUrl().describe('Where the files are'),
    out: storeUrl().describe('Where they go'),
  }),
  steps: { copy },
  async run({ params, map, store }) {
    const source = await store(params.from);
    const files: FileRef[] = [];
    for await (const page of source.list()) {
      for (const { key, size, version } of page) {
        files.push({ $type: 'file', store: params.from, key, size, ...(version === undefined ? {} : { version }) });
      }
    }
    const copies = map(copy, files, { key: (file) => file.key, into: params.out });
    return { count: await copies.count() };
  },
});

export default definePlugin({ name: '${name}', api: 1, tasks: { copy: copyTask } });
`;
}
