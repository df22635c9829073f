import { positiveNumber } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner provenance`: what a run was made from. */
export class ProvenanceCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const provenance = await runner.provenance(positiveNumber('The run', line.arg('run')));
    this.context.printJson(runner.mask.redactJson(provenance));
    return 0;
  }
}
