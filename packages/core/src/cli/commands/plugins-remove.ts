import { fail } from '../../model/failure.ts';
import { runNpm } from '../npm.ts';
import { openPluginEntries } from '../plugin-entries.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins remove`: takes a plugin out of the project file and uninstalls its package. */
export class PluginsRemoveCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const name = line.arg('package');
    const entries = openPluginEntries(this.context);
    if (!entries.remove(name)) throw fail('name.unknown', { kind: 'plugin', name, known: entries.names });
    // Out of the list first: should npm fail, the project is whole and the package only idle.
    if (!name.startsWith('.')) await runNpm(this.context, entries.dir, ['uninstall', '--save-dev', name], name);
    this.context.print([`Removed ${name}. What its tasks made is kept.`]);
    return 0;
  }
}
