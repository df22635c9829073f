import { shownKey, shownText } from '../../lib/shown-key.ts';
import { failureLines } from '../../report/failure-text.ts';
import { count } from '../../report/units.ts';
import { positiveNumber } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';
import { sourceReader } from '../trouble.ts';
import { runTable } from './runs.ts';

/** `runner logs`: every failure of a run, whole, and what its items wrote to their logs. */
export class LogsCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const number = line.optionalArg('run');
    const item = line.text('item');
    const log = runner.mask.redactJson(
      await runner.logs(number === undefined ? undefined : positiveNumber('The run', number), {
        limit: line.positive('limit') ?? 1000,
        ...(item === undefined ? {} : { item }),
      }),
    );
    if (line.has('json')) {
      this.context.printJson(log);
      return 0;
    }
    const { layout, out } = this.context;
    this.context.print(runTable([log.run], layout));
    for (const failure of log.failures) {
      this.context.print([
        '',
        ...failureLines(failure, { ...layout, readSource: sourceReader(this.context.world.cwd) }),
      ]);
    }
    const hidden = log.failureCount - log.failures.length;
    if (hidden > 0) this.context.print(['', out.dim(`and ${count(hidden)} more failures: give a higher --limit`)]);
    if (log.lines.length > 0) this.context.print(['']);
    this.context.print(
      log.lines.map(
        (one) =>
          `${out.dim(new Date(one.atMs).toISOString())} ${out.name(`${one.map} ${shownKey(one.item)}`)} ${shownText(one.message)}`,
      ),
    );
    return 0;
  }
}
