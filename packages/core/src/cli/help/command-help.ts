import type { Layout } from '../../report/layout.ts';
import { wrap } from '../../report/width.ts';
import type { CommandSpec } from '../spec/command-spec.ts';
import { flagRow, rowLines } from './flag-rows.ts';

/** Returns the help of one command. */
export function commandHelp(spec: CommandSpec, layout: Layout): string[] {
  const { style, width } = layout;
  const args = spec.args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`));
  const usage = ['runner', spec.name, ...args, ...(spec.flags.length > 0 ? ['[flags]'] : [])].join(' ');
  const lines = [`${spec.summary}.`, '', style.bold('Usage'), `  ${usage}`];
  if (spec.description !== undefined)
    lines.push('', ...wrap(spec.description, Math.min(width - 2, 98)).map((line) => `  ${line}`));
  if (spec.args.length > 0) {
    const rows = spec.args.map((arg) => ({ term: arg.name, meaning: arg.description }));
    lines.push('', style.bold('Arguments'), ...rowLines(rows, layout));
  }
  if (spec.flags.length > 0) lines.push('', style.bold('Flags'), ...rowLines(spec.flags.map(flagRow), layout));
  lines.push('', style.bold('Examples'), ...spec.examples.map((example) => `  ${style.dim('$')} ${example}`));
  return lines;
}
