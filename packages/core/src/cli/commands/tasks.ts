import { taskListLines } from '../help/task-list.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner tasks` with words the fast path does not know; it exists to refuse them properly. */
export class TasksCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const catalogue = await this.context.catalogue();
    if (line.has('json')) this.context.printJson(catalogue);
    else this.context.print(taskListLines(catalogue, this.context.layout));
    return 0;
  }
}
