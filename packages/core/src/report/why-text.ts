import type { Reason } from '../model/event.ts';
import { reasonChanges, reasonGroup, reasonWords } from './reason.ts';
import type { WhyMap, WhyReport } from './run-report.ts';
import type { SummaryLayout } from './summary.ts';
import { table } from './table.ts';
import { count } from './units.ts';
import { cut, pad } from './width.ts';

/** Returns why items run: per map the counts of each reason, then items with what changed in them. */
export function whyLines(why: WhyReport, layout: SummaryLayout): string[] {
  const { style } = layout;
  const lines: string[] = [];
  for (const map of why.maps) {
    if (lines.length > 0) lines.push('');
    lines.push(...mapLines(map, why.item !== undefined, layout));
  }
  for (const step of why.decidedAfter) lines.push(style.dim(`What follows is decided after ${step}.`));
  return lines;
}

function mapLines(map: WhyMap, single: boolean, layout: SummaryLayout): string[] {
  const { style } = layout;
  const into = map.place === undefined ? '' : style.dim(`  into ${map.place}`);
  const lines = [`${style.bold(map.name)}${into}`];
  if (!single) {
    lines.push(...map.reasons.map((reason) => `  ${pad(count(reason.count), 9, 'left')}  ${reasonGroup(reason.because)}`));
  }
  const shown = map.items.filter((item) => single || item.reason.because !== 'new');
  if (shown.length > 0 && !single) lines.push('');
  for (const item of shown) lines.push(...itemLines(item, layout));
  return lines;
}

function itemLines(item: WhyMap['items'][number], layout: SummaryLayout): string[] {
  const { style, width } = layout;
  const last = item.lastRun === undefined ? '' : style.dim(`  (last made by run ${item.lastRun})`);
  const changes = reasonChanges(item.reason);
  // The paths are in the table below, so the words above need not repeat them.
  const words = changes === undefined ? reasonWords(item.reason) : changedWhat(item.reason);
  const head = `  ${style.name(cut(item.key, Math.floor(width / 2), 'middle'))}  ${words}${last}`;
  if (changes === undefined) return isCompared(item.reason) ? [head, style.dim('    too long to be kept, so it cannot be shown what')] : [head];
  const rows = changes.map((change) => [change.path === '' ? 'all of it' : change.path, change.before ?? '-', change.after ?? '-']);
  return [
    head,
    ...table(
      [
        { heading: 'what' },
        { heading: 'before', flexible: true, paint: style.bad },
        { heading: 'now', flexible: true, paint: style.good },
      ],
      rows,
      { width, style, indent: '    ' },
    ),
  ];
}

function isCompared(reason: Reason): boolean {
  return reason.because === 'item' || reason.because === 'uses';
}

function changedWhat(reason: Reason): string {
  return reason.because === 'uses' ? 'what it uses changed' : 'the item changed';
}
