import { failureLines, type FailureLayout } from './failure-text.ts';
import type { Layout } from './layout.ts';
import type { Failure } from '../model/failure.ts';
import { planLines } from './plan-text.ts';
import type { MapReport, RunReport } from './run-report.ts';
import { table } from './table.ts';
import { bytes, count, counted, took } from './units.ts';
import { cut, pad, textWidth, wrap } from './width.ts';
import { failureTitle } from './wording.ts';
import { shownKey, shownText } from '../lib/shown-key.ts';

const listedFailures = 10;

interface SummaryLayout extends FailureLayout {
  /** The command line that goes on with this run; by default the task's without params. */
  readonly again?: string | undefined;
}

/** Returns the last words on a run: what ran, what was reused, what failed, where things are, what to do next. */
export function summaryLines(report: RunReport, layout: SummaryLayout): string[] {
  if (report.outcome === 'planned') return planLines(report, layout);
  if (report.outcome === 'ok' && changedNothing(report)) return [...nothingToDo(report, layout), ...rendered(report)];
  return [
    headline(report, layout),
    ...section('', mapTable(report.maps, layout)),
    ...section(layout.style.bold('Failed'), failureList(report, layout)),
    ...section('', staleLines(report, layout)),
    ...rendered(report),
    ...section('', nextLines(report, layout)),
  ];
}

function section(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return heading === '' ? ['', ...lines] : ['', heading, ...lines];
}

/** Files removed from an exact place are a change too, even when no item ran. */
function changedNothing(report: RunReport): boolean {
  return (
    report.maps.every((map) => map.counts.done === 0 && map.counts.failed === 0) &&
    !report.stale.some((one) => one.removed)
  );
}

function nothingToDo(report: RunReport, { style }: Layout): string[] {
  const items = report.maps.reduce((sum, map) => sum + map.counts.reused, 0);
  const tail = style.dim(`  (run ${report.run}, ${took(report.elapsedMs)})`);
  return [
    `${style.good(style.signs.ok)} Nothing to do: ${counted(items, 'item')} up to date${tail}`,
    ...staleLines(report, { style, width: 80 }),
  ];
}

function headline(report: RunReport, { style }: Layout): string {
  const tail = style.dim(`  (${isDry(report) ? 'dry run' : `run ${report.run}`}, ${took(report.elapsedMs)})`);
  const total = report.maps.reduce((sum, map) => sum + map.counts.total, 0);
  switch (report.outcome) {
    case 'ok':
    case 'planned':
      return `${style.good(style.signs.ok)} ${style.bold(`${report.task} is done`)}${tail}`;
    case 'failed': {
      const items = report.maps.reduce((sum, map) => sum + map.counts.failed, 0);
      const what = items > 0 ? `${count(items)} of ${counted(total, 'item')} failed` : 'it failed';
      return `${style.bad(style.signs.bad)} ${style.bold(`${report.task} is not done: ${what}`)}${tail}`;
    }
    case 'interrupted':
      return `${style.notice(style.signs.note)} ${style.bold(`${report.task} was stopped`)}${tail}`;
  }
}

// A dry run has no number and keeps no log, also one that fails before it is planned.
function isDry({ run }: RunReport): boolean {
  return run === 0;
}

/** A line a map; most runs reuse nothing or fail nowhere, and then the table has no column for it. */
function mapTable(maps: readonly MapReport[], { style, width }: Layout): string[] {
  const shown = maps.filter((map) => map.counts.total > 0);
  const rows = shown.map(({ name, counts, place, once }) => [
    name,
    once ? (counts.done > 0 ? 'done' : '') : counts.done > 0 ? `${count(counts.done)} done` : '',
    once ? (counts.reused > 0 ? 'reused' : '') : counts.reused > 0 ? `${count(counts.reused)} reused` : '',
    counts.failed > 0 ? (once ? 'failed' : `${count(counts.failed)} failed`) : '',
    // Neither done nor failed: the run ended before their turn, or what they need failed.
    counts.pending > 0 ? `${count(counts.pending)} not run` : '',
    counts.sizeBytes > 0 ? bytes(counts.sizeBytes) : '',
    place ?? '',
  ]);
  const columns = [
    { flexible: true },
    { align: 'right', paint: style.good },
    { align: 'right', paint: style.dim },
    { align: 'right', paint: style.bad },
    { align: 'right', paint: style.notice },
    { align: 'right' },
    { flexible: true, paint: style.name },
  ] as const;
  return table(columns, rows, { width, style, indent: '  ' });
}

/** A line an item, whose failure was printed while it ran; all of what failed the task itself, which nothing has told. */
function failureList(report: RunReport, layout: FailureLayout): string[] {
  const { style, width } = layout;
  // That it was stopped is the headline already.
  const failures = report.failures.filter((failure) => failure.code !== 'run.interrupted');
  const rows = failures.slice(0, listedFailures).map((failure) => ({ failure, row: failureRow(failure) }));
  // The reason is what people compare; a long key gives way before it does.
  const subject = Math.min(Math.floor(width / 2), Math.max(0, ...rows.map(({ row: [name] }) => textWidth(name))));
  const lines = rows.flatMap(({ failure, row: [name, title] }) => {
    if (name === '') return failureLines(failure, { ...layout, width: width - 2 }).map((line) => `  ${line}`);
    const start = `  ${pad(cut(name, subject, 'middle'), subject)}  `;
    return start + style.bad(cut(title, width - textWidth(start), 'middle'));
  });
  const hidden = report.failureCount - report.failures.length + failures.length - rows.length;
  if (hidden > 0) lines.push(style.dim(style.typed(`  and ${count(hidden)} more: runner logs ${report.run}`)));
  return lines;
}

function failureRow(failure: Failure): [string, string] {
  const name = [failure.at?.step, failure.at?.item].filter((part) => part !== undefined).join(' ');
  return [shownKey(name), failureTitle(failure)];
}

/** Files of former results: removed from exact places, only named where items failed or in others. */
function staleLines(report: RunReport, { style, width }: Layout): string[] {
  return report.stale.flatMap((stale) => {
    const files = counted(stale.total, 'file');
    if (stale.removed) return [`Removed ${files} from ${style.name(stale.place)} that no item makes any more.`];
    const text = `${stale.place} still holds ${files} that no item makes any more (${stale.keys.slice(0, 3).map(shownKey).join(', ')}${stale.total > 3 ? ', ...' : ''}).`;
    return wrap(text, width);
  });
}

// Printed whatever the outcome: a task that returned has something to say even when items failed on the way.
function rendered(report: RunReport): string[] {
  const text = shownText(report.rendered ?? '').trimEnd();
  return text === '' ? [] : ['', ...text.split('\n')];
}

/** Commands to copy, so that nobody has to remember how to go on. */
function nextLines(report: RunReport, { style, again = `runner run ${report.task}` }: SummaryLayout): string[] {
  switch (report.outcome) {
    case 'failed':
      return [
        ...(isDry(report) ? [] : [`${style.dim('Details')}    ${style.typed(`runner logs ${report.run}`)}`]),
        `${style.dim('Try again')}  ${style.typed(again)}   ${style.dim('(what is done is kept, only the rest runs)')}`,
      ];
    case 'interrupted':
      return [`${style.dim('Go on')}  ${style.typed(again)}   ${style.dim('(what is done is kept)')}`];
    case 'ok':
    case 'planned':
      return [];
  }
}
