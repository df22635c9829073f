import { table } from '../../report/table.ts';
import { bytes, counted } from '../../report/units.ts';
import type { Facade } from '../../app/facade.ts';
import type { ParsedLine } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner clean`: frees what finished work no longer needs. */
export class CleanCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    if (line.has('at-end')) return this.#giveUp(runner, line);
    const report = await runner.clean({ dryRun: line.has('dry-run') });
    if (line.has('json')) {
      this.context.printJson(report);
      return 0;
    }
    const sizeBytes = report.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    const rows = report.entries.map((entry) => [entry.what, counted(entry.files, 'file'), bytes(entry.sizeBytes)]);
    const lines = table([{ flexible: true }, { align: 'right' }, { align: 'right' }], rows, {
      ...this.context.layout,
      indent: '  ',
    });
    if (report.entries.length === 0) this.context.print(['There is nothing to clean.']);
    else this.context.print([`${report.dryRun ? 'Would free' : 'Freed'} ${bytes(sizeBytes)}`, ...lines]);
    return 0;
  }

  async #giveUp(runner: Facade, line: ParsedLine): Promise<number> {
    const dryRun = line.has('dry-run');
    const left = await runner.giveUpAtEnd({ dryRun });
    if (line.has('json')) this.context.printJson(runner.mask.redactJson({ dryRun, givenUp: left }));
    else if (left.length === 0) this.context.print(['No run has left undone what it was to do at its end.']);
    else
      for (const { run, plugin, step, item } of left) {
        const what = runner.mask.redact(`${plugin}:${step} of run ${run}, ${JSON.stringify(item)}`);
        this.context.print([`${dryRun ? 'Would give up' : 'Gave up'} ${what}`]);
      }
    return 0;
  }
}
