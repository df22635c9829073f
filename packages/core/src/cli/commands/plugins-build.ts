import { relative, resolve } from 'node:path';
import { fail } from '../../model/failure.ts';
import { counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner plugins build`: writes the manifest that a published plugin ships. */
export class PluginsBuildCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const { cwd } = this.context.world;
    const runner = await this.context.runner();
    const built = await runner.buildManifest(resolve(cwd, line.optionalArg('folder') ?? '.'), {
      check: line.has('check'),
    });
    const file = relative(cwd, built.file);
    if (line.has('check') && built.changed) {
      throw fail('usage.invalid', {
        message: `${file} is not up to date`,
        hint: 'Write it with: runner plugins build',
      });
    }
    const state = built.changed ? 'Wrote' : 'Up to date:';
    this.context.print([`${state} ${file} (${counted(built.tasks.length, 'task')}: ${built.tasks.join(', ')})`]);
    return 0;
  }
}
