import type { Layout } from './layout.ts';
import type { Reason } from '../model/event.ts';
import { reasonChanges, reasonGroup, reasonWords } from './reason.ts';
import type { WhyMap, WhyReport } from './run-report.ts';
import type { Change } from './item-changes.ts';
import { count } from './units.ts';
import { cut, pad, textWidth } from './width.ts';
import { shownKey } from '../lib/shown-key.ts';

/** Returns why items run: per map the counts of each reason, then items with what changed in them. */
export function whyLines(why: WhyReport, layout: Layout): string[] {
  const { style } = layout;
  const lines: string[] = [];
  for (const map of why.maps) {
    if (lines.length > 0) lines.push('');
    lines.push(...mapLines(map, why.item !== undefined, layout));
  }
  if (why.decidedAfter.length > 0) lines.push('');
  for (const step of why.decidedAfter) lines.push(style.dim(`What follows is decided after ${step}.`));
  return lines;
}

function mapLines(map: WhyMap, single: boolean, layout: Layout): string[] {
  const { style } = layout;
  const into = map.place === undefined ? '' : style.dim(`  into ${map.place}`);
  const lines = [`${style.bold(map.name)}${into}`];
  if (!single) {
    lines.push(
      ...map.reasons.map((reason) => `  ${pad(count(reason.count), 9, 'left')}  ${reasonGroup(reason.because)}`),
    );
  }
  const shown = map.items.filter((item) => single || item.reason.because !== 'new');
  if (shown.length > 0 && !single) lines.push('');
  if (shown.length === 0 && single) lines.push(style.dim('  has no such item'));
  for (const item of shown) lines.push(...itemLines(item, layout));
  return lines;
}

function itemLines(item: WhyMap['items'][number], layout: Layout): string[] {
  const { style, width } = layout;
  const last = item.lastRun === undefined ? '' : style.dim(`  (last made by run ${item.lastRun})`);
  const changes = reasonChanges(item.reason);
  // The paths are in the table below, so the words above need not repeat them.
  const words = changes === undefined ? reasonWords(item.reason) : changedWhat(item.reason);
  const head = `  ${style.name(cut(shownKey(item.key), Math.floor(width / 2), 'middle'))}  ${words}${last}`;
  if (changes === undefined)
    return isCompared(item.reason) ? [head, style.dim('    too long to be kept, so it cannot be shown what')] : [head];
  const widest = Math.min(24, Math.max(0, ...changes.map((change) => textWidth(pathOf(change)))));
  return [head, ...changes.flatMap((change) => changeLines(change, widest, layout))];
}

function pathOf(change: Change): string {
  return change.path === '' ? 'all of it' : change.path;
}

/** One line when it fits, else both values below each other and whole: cut in the middle they would look the same. */
function changeLines(change: Change, widest: number, { style, width }: Layout): string[] {
  const name = pad(pathOf(change), widest);
  const [before, after] = [change.before ?? 'nothing', change.after ?? 'nothing'];
  const line = `    ${style.dim(name)}  ${style.bad(before)} ${style.signs.becomes} ${style.good(after)}`;
  if (textWidth(line) <= width) return [line];
  return [
    `    ${style.dim(name.trimEnd())}`,
    `      ${style.dim('was')}  ${style.bad(before)}`,
    `      ${style.dim('is')}   ${style.good(after)}`,
  ];
}

function isCompared(reason: Reason): boolean {
  return reason.because === 'item' || reason.because === 'uses';
}

function changedWhat(reason: Reason): string {
  return reason.because === 'uses' ? 'what it uses changed' : 'the item changed';
}
