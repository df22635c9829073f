import type { Layout } from '../report/layout.ts';
import type { Explanation } from '../app/facade.ts';
import { table } from '../report/table.ts';
import { took } from '../report/units.ts';

/** Returns the values a task would get, each with its origin, and its steps. */
export function explanationLines(explanation: Explanation, layout: Layout): string[] {
  const { style } = layout;
  const lines = [style.bold(explanation.target), `  ${explanation.summary}`];
  if (explanation.params.length > 0) {
    const rows = explanation.params.map((param) => [
      param.name,
      param.value === undefined ? '-' : typeof param.value === 'string' ? param.value : JSON.stringify(param.value),
      // A default of nothing is none: the task has to do without.
      param.origin === 'default' && param.value === undefined ? 'not set' : (param.from ?? param.origin),
    ]);
    lines.push(
      '',
      ...table(
        [
          { heading: 'param', paint: style.name },
          { heading: 'value', flexible: true },
          { heading: 'from', paint: style.dim },
        ],
        rows,
        { ...layout, indent: '  ' },
      ),
    );
  }
  if (explanation.entries !== undefined) {
    const rows = explanation.entries.map((entry) => [entry.id, entry.task, entry.after.join(', ')]);
    lines.push(
      '',
      ...table(
        [{ heading: 'entry', paint: style.name }, { heading: 'task' }, { heading: 'after', flexible: true }],
        rows,
        { ...layout, indent: '  ' },
      ),
    );
  }
  if (explanation.steps.length > 0) {
    const rows = explanation.steps.map((step) => [
      step.name,
      String(step.version),
      needsText(step),
      String(step.retries),
      step.secrets.join(', '),
      step.places.join(', '),
    ]);
    const columns = [
      { heading: 'step', paint: style.name },
      { heading: 'version', align: 'right' },
      { heading: 'needs', flexible: true },
      { heading: 'retries', align: 'right' },
      { heading: 'secrets', flexible: true },
      { heading: 'wrote to', flexible: true },
    ] as const;
    lines.push('', ...table(columns, rows, { ...layout, indent: '  ' }));
  }
  return lines;
}

/** The needs of a step in the fewest words. */
function needsText(step: Explanation['steps'][number]): string {
  const { needs } = step;
  if (needs === 'by item') return 'by item';
  const parts = [
    needs.cpu === true ? 'cpu' : undefined,
    needs.gpu === true ? 'gpu' : undefined,
    needs.memoryMb === undefined ? undefined : `${needs.memoryMb} MB`,
    needs.lane === undefined ? undefined : `lane ${needs.lane}`,
    step.timeoutMs === undefined ? undefined : `at most ${took(step.timeoutMs)}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ') || 'nothing special';
}
