import type { Layout } from '../../report/layout.ts';
import type { Catalogue } from '../../plugins/manifest.ts';
import type { CommandSpec } from '../spec/command-spec.ts';
import { commandSpecs } from '../spec/commands.ts';
import { rowLines } from './flag-rows.ts';
import { tasksLines } from './task-list.ts';

const groups: readonly (readonly [CommandSpec['group'], string])[] = [
  ['work', 'Work'],
  ['look', 'Look'],
  ['project', 'Project'],
  ['store', 'Stores'],
];

/** Returns what `runner` says by itself: how to run, the project's tasks, the commands. */
export function rootHelp(catalogue: Catalogue | undefined, layout: Layout): string[] {
  const { style } = layout;
  const lines = [
    'Turns raw image collections into published datasets, item by item.',
    '',
    style.bold('Usage'),
    '  runner run <plugin:task> [params]',
    '  runner <command> --help',
  ];
  if (catalogue?.configFile !== undefined && catalogue.plugins.length > 0) {
    lines.push('', style.bold('Tasks of this project'), ...tasksLines(catalogue, layout));
  }
  for (const [group, heading] of groups) {
    const rows = commandSpecs
      .filter((spec) => spec.group === group)
      .map((spec) => ({ term: usageTerm(spec), meaning: spec.summary }));
    lines.push('', style.bold(heading), ...rowLines(rows, layout));
  }
  return lines;
}

/** Returns a family of commands, for `runner store`. */
export function familyHelp(family: readonly CommandSpec[], layout: Layout): string[] {
  const rows = family.map((spec) => ({ term: usageTerm(spec), meaning: spec.summary }));
  return [layout.style.bold('Commands'), ...rowLines(rows, layout)];
}

function usageTerm(spec: CommandSpec): string {
  return [spec.name, ...spec.args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`))].join(' ');
}
