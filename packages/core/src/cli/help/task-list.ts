import type { Layout } from '../../report/layout.ts';
import { type Catalogue, listTasks } from '../../plugins/manifest.ts';
import { wordFailure } from '../../report/wording.ts';
import { rowLines } from './flag-rows.ts';

/** Returns the tasks of a project with their summaries. */
export function tasksLines(catalogue: Catalogue, layout: Layout): string[] {
  return rowLines(
    listTasks(catalogue).map(({ id, task }) => ({ term: id, meaning: task.summary })),
    layout,
  );
}

/** Returns all that `runner tasks` shows: tasks, pipelines, plugins that are off with the remedy, and mistypings. */
export function taskListLines(catalogue: Catalogue, layout: Layout): string[] {
  const { style } = layout;
  const lines: string[] = [];
  const tasks = tasksLines(catalogue, layout);
  if (tasks.length > 0) lines.push(style.bold('Tasks'), ...tasks);
  if (catalogue.pipelines.length > 0) {
    const rows = catalogue.pipelines.map((pipeline) => ({
      term: pipeline.name,
      meaning: pipeline.tasks.join(` ${style.signs.into} `),
    }));
    lines.push(...gap(lines), style.bold('Pipelines'), ...rowLines(rows, layout));
  }
  if (catalogue.disabled.length > 0) {
    lines.push(...gap(lines), style.bold('Plugins that are off'));
    for (const { spec, failure } of catalogue.disabled) {
      const { title, hint } = wordFailure(failure);
      lines.push(...rowLines([{ term: spec, meaning: hint === undefined ? title : `${title}. ${hint}` }], layout));
    }
  }
  if (catalogue.unknownTasks !== undefined) {
    const rows = catalogue.unknownTasks.map(({ path, message, file, line, column }) => ({
      term: line === undefined ? path : `${file}:${line}:${column}`,
      meaning: message,
    }));
    lines.push(...gap(lines), style.bold('Wrong under tasks:'), ...rowLines(rows, layout));
  }
  if (lines.length > 0) return lines;
  return catalogue.configFile === undefined
    ? ['There is no project here. Start one with: runner init']
    : [
        'This project has no plugins yet. Add one with: runner plugins add <package>',
        'or write one with: runner plugins create <name>',
      ];
}

function gap(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [''];
}
