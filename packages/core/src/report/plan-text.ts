import type { Layout } from './layout.ts';
import { reasonDetail, reasonGroup } from './reason.ts';
import type { MapReport, ReasonCount, RunReport } from './run-report.ts';
import { table } from './table.ts';
import { bytes, count, counted, took } from './units.ts';
import { cut, pad, wrap } from './width.ts';
import { failureTitle } from './wording.ts';
import { shownKey } from '../lib/shown-key.ts';

/** Returns a dry run: what would run and why, what would be written, what stands in the way. */
export function planLines(report: RunReport, layout: Layout): string[] {
  const { style } = layout;
  const runs = report.maps.reduce((sum, map) => sum + map.counts.pending, 0);
  const sure = report.maps.every((map) => map.counts.planned) && report.decidedAfter.length === 0;
  const title =
    sure && runs === 0 ? 'has nothing to do' : `would run ${sure ? '' : 'at least '}${counted(runs, 'item')}`;
  const lines = [
    `${style.bold(`${report.task} ${title}`)}${style.dim(`  (dry run, ${took(report.elapsedMs)}; nothing was changed)`)}`,
  ];
  if (report.maps.length > 0) lines.push('', ...stepTable(report.maps, layout));
  for (const step of report.decidedAfter) lines.push(style.dim(`  what follows is decided after ${step}`));
  lines.push(...expectedLines(report.maps, layout), ...staleLines(report, layout), ...obstacleLines(report, layout));
  return lines;
}

function stepTable(maps: readonly MapReport[], layout: Layout): string[] {
  const { style } = layout;
  const rows = maps.map((map) => [
    map.name,
    // A stream is only counted as far as its source is known.
    (map.counts.planned ? '' : 'at least ') + count(map.counts.pending),
    count(map.counts.reused),
    map.place ?? '',
  ]);
  const columns = [
    { heading: 'step', flexible: true },
    { heading: 'would run', align: 'right', paint: style.notice },
    { heading: 'reused', align: 'right', paint: style.dim },
    { heading: 'into', flexible: true, paint: style.name },
  ] as const;
  const [heading = '', ...lines] = table(columns, rows, { ...layout, indent: '  ' });
  return [heading, ...lines.flatMap((line, i) => [line, ...reasonLines(maps[i]?.reasons ?? [], layout)])];
}

/** Why the items of a step would run, the most frequent reason first, each with an example. */
function reasonLines(reasons: readonly ReasonCount[], { style, width }: Layout): string[] {
  const shown = reasons.filter((reason) => reason.because !== 'up to date');
  const digits = Math.max(0, ...shown.map((reason) => count(reason.count).length));
  return shown.map((reason) => {
    const words = `    ${pad(count(reason.count), digits, 'left')} ${reasonGroup(reason.because)}`;
    const example = exampleOf(reason);
    const text = example === '' ? words : `${words}, for example ${example}`;
    return style.dim(cut(text, width));
  });
}

// New items need no example and `always` has none; a change does: it is what people did not expect.
function exampleOf(reason: ReasonCount): string {
  if (reason.because === 'new' || reason.because === 'always' || reason.because === 'forced') return '';
  return reason.examples
    .slice(0, 2)
    .map(({ key: item, reason: one }) => {
      const key = shownKey(item);
      const detail = reasonDetail(one);
      return detail === '' || detail === key ? key : `${key} (${detail})`;
    })
    .join(', ');
}

/** Outputs that steps name before their work, so their number and bytes are known. */
function expectedLines(maps: readonly MapReport[], { style }: Layout): string[] {
  const lines = maps.flatMap((map) =>
    map.expected === undefined || map.expected.files === 0
      ? []
      : [
          `  ${counted(map.expected.files, 'file')}, ${bytes(map.expected.sizeBytes)}, by ${map.name}${map.place === undefined ? '' : ` into ${map.place}`}`,
        ],
  );
  return lines.length === 0 ? [] : ['', style.bold('Expected outputs'), ...lines];
}

function staleLines(report: RunReport, { style, width }: Layout): string[] {
  return report.stale.flatMap((stale) => [
    '',
    `${style.bold('Would be removed')} ${style.dim('from')} ${style.name(stale.place)}${style.dim(`: ${counted(stale.total, 'file')} that no item makes any more`)}`,
    ...stale.keys.slice(0, 5).map((key) => `  ${cut(shownKey(key), width - 2, 'middle')}`),
    ...(stale.total > 5 ? [style.dim(`  and ${count(stale.total - Math.min(5, stale.keys.length))} more`)] : []),
  ]);
}

/** What the run would fail with: files of others in the way, names that clash. */
function obstacleLines(report: RunReport, { style, width }: Layout): string[] {
  if (report.failureCount === 0) return [];
  const titles = report.failures
    .slice(0, 10)
    .flatMap((failure) =>
      wrap(failureTitle(failure), width - 4).map((line, i) =>
        i === 0 ? `  ${style.bad(style.signs.bad)} ${line}` : `    ${line}`,
      ),
    );
  const hidden = report.failureCount - Math.min(10, report.failures.length);
  return ['', style.bold('In the way'), ...titles, ...(hidden > 0 ? [style.dim(`  and ${count(hidden)} more`)] : [])];
}
