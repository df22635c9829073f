import type { Layout } from '../../report/layout.ts';
import type { RunSummary } from '../../app/facade.ts';
import { table } from '../../report/table.ts';
import { count, took } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner runs`: the latest runs, newest first. */
export class RunsCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const runs = await runner.runs(line.positive('limit') ?? 20);
    if (line.has('json')) this.context.printJson(runs);
    else if (runs.length === 0)
      this.context.print([this.context.out.typed('There are no runs yet. See what there is with: runner tasks')]);
    else this.context.print(runTable(runs, this.context.layout));
    return 0;
  }
}

/** Returns runs as a table; times are local, as their reader's clock is. */
export function runTable(runs: readonly RunSummary[], layout: Layout): string[] {
  const rows = runs.map((run) => [
    String(run.run),
    run.task,
    localTime(run.startedMs),
    run.elapsedMs === undefined ? '' : took(run.elapsedMs),
    run.outcome,
    count(run.done),
    count(run.reused),
    count(run.failed),
  ]);
  const columns = [
    { heading: 'run', align: 'right' },
    { heading: 'task', flexible: true, paint: layout.style.name },
    { heading: 'started' },
    { heading: 'took', align: 'right' },
    { heading: 'outcome' },
    { heading: 'done', align: 'right' },
    { heading: 'reused', align: 'right' },
    { heading: 'failed', align: 'right' },
  ] as const;
  return table(columns, rows, layout);
}

function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
