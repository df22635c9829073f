import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fail } from '../../model/failure.ts';
import { isPackageSpec, packageOf, runNpm } from '../npm.ts';
import { openPluginEntries } from '../plugin-entries.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins add`: installs a package, or takes a local file, and names it in the project file. */
export class PluginsAddCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const given = line.arg('package');
    const entries = openPluginEntries(this.context);
    const name = isLocal(given) ? this.#localName(given, entries.dir) : packageOf(given);
    if (!isLocal(given)) {
      if (!isPackageSpec(given))
        throw fail('usage.invalid', {
          message: `${given} is neither an npm package nor a local file`,
          hint: 'Local files start with ./',
        });
      await runNpm(this.context, entries.dir, ['install', '--save-dev', '--save-exact', given], name);
    }
    const added = entries.add(name);
    this.context.print([
      added ? `Added ${name} to runner.yaml. See its tasks with: runner tasks` : `${name} is in runner.yaml already.`,
    ]);
    return 0;
  }

  #localName(given: string, dir: string): string {
    const path = resolve(this.context.world.cwd, given);
    if (!existsSync(path)) throw fail('store.missing', { url: given });
    return `./${relative(dir, path).replaceAll('\\', '/')}`;
  }
}

function isLocal(name: string): boolean {
  return /^\.{0,2}\//.test(name) || /\.[cm]?[jt]s$/.test(name);
}
