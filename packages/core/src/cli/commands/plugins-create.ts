import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../model/failure.ts';
import { pluginTemplate } from '../../plugins/create.ts';
import { nameProblem } from '../../plugins/plugin-name.ts';
import { openPluginEntries } from '../plugin-entries.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins create`: a plugin that already does something, as one file or as a package of its own. */
export class PluginsCreateCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const name = line.arg('name');
    const problem = nameProblem(name);
    if (problem !== undefined) {
      throw fail('usage.invalid', {
        message: `${name} cannot name a plugin: it ${problem}`,
        hint: 'Take another name of small letters, digits and dashes.',
      });
    }
    if (line.has('package')) this.#createPackage(name);
    else this.#createFile(name);
    return 0;
  }

  #createFile(name: string): void {
    const entries = openPluginEntries(this.context);
    const entry = `./plugins/${name}.ts`;
    writeNew(entries.dir, pluginTemplate({ name, kind: 'file', coreVersion: this.context.world.version }));
    entries.add(entry);
    this.context.print([
      `Wrote ${entry} and named it in runner.yaml. Try it with:`,
      this.context.out.typed(`  runner run ${name}:collect --from ./raw --out ./set --dry-run`),
    ]);
  }

  #createPackage(name: string): void {
    const { cwd, version } = this.context.world;
    const folder = `dataset-runner-plugin-${name}`;
    writeNew(join(cwd, folder), pluginTemplate({ name, kind: 'package', coreVersion: version }));
    this.context.print([
      `Wrote ${folder}, a package of its own. Next:`,
      `  cd ${folder}`,
      '  npm install && npm run build && npm test',
      this.context.out.typed(`  runner plugins add ./${folder}     in the project that is to use it`),
    ]);
  }
}

// All or nothing: when one file is in the way, none is written.
function writeNew(dir: string, files: { readonly [path: string]: string }): void {
  for (const path of Object.keys(files)) {
    if (!existsSync(join(dir, path))) continue;
    throw fail('usage.invalid', { message: `${path} is there already`, hint: 'Choose another name, or move it away.' });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, { flag: 'wx' });
  }
}
