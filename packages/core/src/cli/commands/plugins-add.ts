import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fail, FailureError, type Failure } from '../../model/failure.ts';
import { isPackagePath, nameInFolder, nameOfArchive } from '../local-package.ts';
import { isPackageSpec, packageOf, runNpm } from '../npm.ts';
import { openPluginEntries } from '../plugin-entries.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins add`: installs a package, or takes a local file, and names it in the project file. */
export class PluginsAddCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const given = line.arg('package');
    const entries = openPluginEntries(this.context);
    const name = isLocal(given) ? await this.#takeLocal(given, entries.dir) : await this.#install(given, entries.dir);
    const added = entries.add(name);
    const off = await this.#whyOff(name);
    const next = off === undefined ? this.context.out.typed(' See its tasks with: runner tasks') : ' It is off:';
    this.context.print([added ? `Added ${name} to runner.yaml.${next}` : `${name} is in runner.yaml already.`]);
    // It stays in the list: what is mended, built or installed next is found there.
    if (off !== undefined) throw new FailureError(off);
    return 0;
  }

  async #install(given: string, dir: string): Promise<string> {
    if (!isPackageSpec(given))
      throw fail('usage.invalid', {
        message: `${given} is neither an npm package nor a local file`,
        hint: 'Local files start with ./',
      });
    const name = packageOf(given);
    await runNpm(this.context, dir, ['install', '--save-dev', '--save-exact', given], name);
    return name;
  }

  async #takeLocal(given: string, dir: string): Promise<string> {
    const path = resolve(this.context.world.cwd, given);
    if (!existsSync(path)) throw fail('store.missing', { url: given });
    const local = `./${relative(dir, path).replaceAll('\\', '/')}`;
    if (!isPackagePath(path)) return local;
    const name = nameInFolder(path);
    await runNpm(this.context, dir, ['install', '--save-dev', local], name ?? given);
    return name ?? nameOfArchive(path, dir);
  }

  /** Why the plugin cannot be used; `undefined` as well where the rest of the config keeps it from being read. */
  async #whyOff(name: string): Promise<Failure | undefined> {
    const catalogue = await this.context.catalogue().catch(() => undefined);
    return catalogue?.disabled.find(({ spec }) => spec === name)?.failure;
  }
}

function isLocal(name: string): boolean {
  return /^\.{0,2}\//.test(name) || /\.[cm]?[jt]s$/.test(name);
}
