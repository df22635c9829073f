import { table } from '../../report/table.ts';
import { bytes, counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner clean`: frees what finished work no longer needs. */
export class CleanCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
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
}
