import type { Layout } from '../../report/layout.ts';
import type { Check } from '../../app/facade.ts';
import { wrap } from '../../report/width.ts';
import { exitCodes } from '../exit-code.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner doctor`: checks everything a run stands on. */
export class DoctorCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const checks = runner.mask.redactJson((await runner.doctor()).filter((check) => this.wants(check)));
    if (line.has('json')) this.context.printJson(checks);
    else this.context.print(checkLines(checks, this.context.layout));
    return checks.some((check) => check.state === 'failed') ? exitCodes.environment : exitCodes.ok;
  }

  protected wants(_check: Check): boolean {
    return true;
  }
}

/** `runner plugins doctor`: the same, plugins only. */
export class PluginsDoctorCommand extends DoctorCommand {
  protected override wants(check: Check): boolean {
    return check.group === 'plugins';
  }
}

/** Checks under their groups, in the order they came; what to do stands below the check it mends. */
function checkLines(checks: readonly Check[], { style, width }: Layout): string[] {
  const signs = {
    ok: style.good(style.signs.ok),
    warning: style.notice(style.signs.note),
    failed: style.bad(style.signs.bad),
  };
  const lines: string[] = [];
  let group: string | undefined;
  for (const check of checks) {
    if (check.group !== group) lines.push(...(group === undefined ? [] : ['']), style.bold(check.group));
    group = check.group;
    const time = check.tookMs === undefined ? '' : style.dim(`  ${Math.round(check.tookMs)} ms`);
    lines.push(
      `  ${signs[check.state]} ${check.name}${check.detail === undefined ? '' : style.dim(`  ${check.detail}`)}${time}`,
    );
    if (check.hint !== undefined) lines.push(...wrap(style.typed(check.hint), width - 4).map((line) => `    ${line}`));
  }
  return lines;
}
