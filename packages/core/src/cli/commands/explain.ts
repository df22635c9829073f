import { explanationLines } from '../explanation-text.ts';
import { RunnerCommand } from '../runner-command.ts';
import { givenParams, paramsOfTarget } from './run.ts';

/** `runner explain`: shows the values a task would get and its steps. */
export class ExplainCommand extends RunnerCommand {
  async run(): Promise<number> {
    const params = await paramsOfTarget(this.argv, this.spec, this.context);
    const line = await this.readLine(params);
    const runner = await this.context.runner();
    const explanation = runner.mask.redactJson(await runner.explain(line.arg('task'), givenParams(line, params)));
    if (line.has('json')) this.context.printJson(explanation);
    else this.context.print(explanationLines(explanation, this.context.layout));
    return 0;
  }
}
