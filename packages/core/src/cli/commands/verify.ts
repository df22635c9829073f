import { fail } from '../../model/failure.ts';
import { bytes, counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';
import { SignalHandling } from '../signals.ts';

/** `runner verify`: compares a published place with what was recorded when it was published. */
export class VerifyCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    // Reading changes nothing, so there is nothing to drain: the first signal stops.
    using signals = new SignalHandling(() => {});
    const report = await runner.verify(line.arg('place'), signals.signals.drain);
    if (line.has('json')) this.context.printJson(report);
    if (report.problems.length > 0) {
      if (line.has('json')) return 1;
      throw fail('place.damaged', { place: report.place, problems: report.problems });
    }
    if (line.has('json')) return 0;
    const { out } = this.context;
    const foreign = report.foreign === 0 ? '' : `; ${counted(report.foreign, 'other file')} beside them`;
    this.context.print([
      `${out.good(out.signs.ok)} ${report.place} is as it was published: ${counted(report.files, 'file')}, ${bytes(report.sizeBytes)}${foreign}`,
    ]);
    return 0;
  }
}
