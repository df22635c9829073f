import type { Layout } from '../../report/layout.ts';
import { flagsOf } from '../../config/flags.ts';
import type { ListedTask, StepManifest } from '../../plugins/manifest.ts';
import { counted, took } from '../../report/units.ts';
import { wrap } from '../../report/width.ts';
import { restParam } from '../rest-param.ts';
import { runFlags } from '../spec/work-specs.ts';
import { flagRow, rowLines } from './flag-rows.ts';

/** Returns the help of one task: its params first, they are what people look for. */
export function taskHelp({ id, task, plugin }: ListedTask, layout: Layout): string[] {
  const { style, width } = layout;
  const flags = flagsOf(task.params);
  const positionals = flags
    .filter((flag) => flag.positional !== undefined)
    .toSorted((a, b) => (a.positional ?? 0) - (b.positional ?? 0));
  const usage = [
    'runner run',
    id,
    ...positionals.map((flag) => {
      const name = flag === restParam(flags) ? `${flag.name}...` : flag.name;
      return flag.required ? `<${name}>` : `[${name}]`;
    }),
    '[flags]',
  ];
  const lines = [task.summary, '', style.bold('Usage'), `  ${usage.join(' ')}`];
  if (task.description !== undefined)
    lines.push('', ...wrap(task.description, Math.min(width - 2, 98)).map((line) => `  ${line}`));
  if (flags.length > 0) lines.push('', style.bold('Params'), ...rowLines(flags.map(flagRow), layout));
  lines.push('', style.bold('Run'), ...rowLines(runFlags.map(flagRow), layout));
  if (task.steps.length > 0) lines.push('', style.bold('Steps'), ...rowLines(task.steps.map(stepRow), layout));
  if (task.examples !== undefined && task.examples.length > 0) {
    lines.push('', style.bold('Examples'), ...task.examples.map((example) => `  ${style.dim('$')} ${example}`));
  }
  lines.push('', style.dim(`From ${plugin.spec}${plugin.kind === 'package' ? ` ${plugin.version}` : ''}.`));
  return lines;
}

/** What a step needs of the machine, for people who wonder why it is slow or waits. */
function stepRow(step: StepManifest): { term: string; meaning: string } {
  const { needs } = step;
  const parts: string[] = [];
  if (needs === 'by item') parts.push('needs depend on the item');
  else {
    if (needs.cpu === true) parts.push('computes in the worker pool');
    if (needs.gpu === true) parts.push('needs a GPU');
    if (needs.memoryMb !== undefined) parts.push(`${needs.memoryMb} MB an item`);
    if (needs.lane !== undefined) parts.push(`lane ${needs.lane}`);
  }
  if (step.batch !== undefined) parts.push(`${step.batch} items at a time`);
  if (step.timeoutMs !== undefined) parts.push(`at most ${took(step.timeoutMs)}`);
  if (step.retries > 0) parts.push(counted(step.retries, 'retry', 'retries'));
  if (step.secrets.length > 0)
    parts.push(`uses the ${step.secrets.length === 1 ? 'secret' : 'secrets'} ${step.secrets.join(', ')}`);
  return { term: step.name, meaning: parts.join(', ') };
}
