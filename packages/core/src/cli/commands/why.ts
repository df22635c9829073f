import type { FlagSpec } from '../../config/flags.ts';
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
    const runner = await this.context.runner();
    const why = runner.mask.redactJson(
      await runner.why(line.arg('task'), line.optionalArg('item'), givenParams(line, flags)),
    );
    if (line.has('json')) this.context.printJson(why);
    else this.context.print(whyLines(why, this.context.layout));
    return 0;
  }
}

function withoutPlace(flag: FlagSpec): FlagSpec {
  const { positional, ...rest } = flag;
  return positional === undefined ? flag : rest;
}
