import { table } from '../../report/table.ts';
import { failureTitle } from '../../report/wording.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins list`: the plugins of the project and whether they can be used. */
export class PluginsListCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const { plugins, disabled } = await this.context.catalogue();
    if (line.has('json')) {
      this.context.printJson({ plugins, disabled });
      return 0;
    }
    const { layout, out } = this.context;
    const rows = [
      ...plugins.map((plugin) => [
        plugin.spec,
        plugin.kind === 'package' ? plugin.version : 'local',
        Object.keys(plugin.manifest.tasks)
          .map((task) => `${plugin.manifest.name}:${task}`)
          .join(', '),
      ]),
      ...disabled.map(({ spec, failure }) => [spec, 'off', failureTitle(failure)]),
    ];
    const columns = [
      { heading: 'plugin', paint: out.name },
      { heading: 'version' },
      { heading: 'tasks', flexible: true },
    ] as const;
    this.context.print(rows.length === 0 ? ['This project has no plugins yet.'] : table(columns, rows, layout));
    return 0;
  }
}
