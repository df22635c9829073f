import { comparedText, differenceText } from '../../report/transfer-text.ts';
import { exitCodes } from '../exit-code.ts';
import { RunnerCommand } from '../runner-command.ts';
import { SignalHandling } from '../signals.ts';
import { endsOf } from '../transfer-ends.ts';
import { compareWays } from './store-transfer.ts';

/** `runner store check`: compares two places, or two files. */
export class StoreCheckCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const ends = await endsOf(line.arg('from'), line.arg('to'), (place) => runner.store(place));
    const { stdout } = this.context.world;
    const json = line.has('json');
    // Reading changes nothing, so there is nothing to drain: the first signal stops.
    using signals = new SignalHandling(() => {});
    const report = await runner.compare(
      { ...ends, by: line.choice('compare', compareWays) ?? 'time' },
      (found) =>
        void stdout.write(`${json ? JSON.stringify({ type: 'difference', ...found }) : differenceText(found)}\n`),
      signals.signals.drain,
    );
    if (json) stdout.write(`${JSON.stringify({ type: 'report', ...report })}\n`);
    else this.context.print([comparedText(report, this.context.layout)]);
    return report.missing + report.differing + report.extra === 0 ? exitCodes.ok : exitCodes.failed;
  }
}
