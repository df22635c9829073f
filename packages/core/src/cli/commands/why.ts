import type { FlagSpec } from '../../config/flags.ts';
import { fail } from '../../model/failure.ts';
import { whyLines } from '../../report/why-text.ts';
import { RunnerCommand } from '../runner-command.ts';
import { givenParams, paramsOfTarget } from './run.ts';

/** `runner why`: says why items would run now, and what changed in them. */
export class WhyCommand extends RunnerCommand {
  async run(): Promise<number> {
    const params = await paramsOfTarget(this.argv, this.spec, this.context);
    // The second word is an item's key; positional params would compete for it, so here they are flags only.
    const flags = params.map(withoutPlace);
    const line = await this.readLine(flags);
    await this.#refusePipeline(line.arg('task'));
    const runner = await this.context.runner();
    const why = runner.mask.redactJson(
      await runner.why(line.arg('task'), line.optionalArg('item'), givenParams(line, flags)),
    );
    if (line.has('json')) this.context.printJson(why);
    else this.context.print(whyLines(why, this.context.layout));
    return 0;
  }

  // Each entry of one is asked about on its own, with the params it has there.
  async #refusePipeline(target: string): Promise<void> {
    const { pipelines } = await this.context.catalogue();
    const pipeline = pipelines.find(({ name }) => name === target);
    if (pipeline === undefined) return;
    const hint = `Ask about one of its tasks, or see what it would do: runner run ${target} --dry-run`;
    throw fail('usage.invalid', { message: `${target} is a pipeline`, hint });
  }
}

function withoutPlace(flag: FlagSpec): FlagSpec {
  const { positional, ...rest } = flag;
  return positional === undefined ? flag : rest;
}
