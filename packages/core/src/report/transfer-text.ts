import { shownKey } from '../lib/shown-key.ts';
import { table } from './table.ts';
import { failureTitle } from './wording.ts';
import type { Layout } from './layout.ts';
import type { Change, CompareReport, FoundDifference, TransferProgress, TransferReport } from './transfer-report.ts';
import { bytes, clock, count, counted, percent, rate, took } from './units.ts';
import { cut } from './width.ts';

const whyWords = { size: 'other size', bytes: 'other bytes', newer: 'the source is newer' } as const;
const past = { sync: 'Synced', copy: 'Copied' } as const;

/** How far a transfer is, in one line. */
export function progressText(
  progress: TransferProgress,
  speed: { readonly bytesPerSecond: number | undefined; readonly filesPerSecond: number | undefined },
): string {
  const { compared, planned, files, sizeBytes, copied, copiedBytes, failed } = progress;
  if (files === 0) return `${counted(compared, 'file')} compared`;
  const more = planned ? '' : ' or more';
  const parts = [
    `${count(copied)} of ${counted(files, 'file')}${more}`,
    `${bytes(copiedBytes)} of ${bytes(sizeBytes)}${planned && sizeBytes > 0 ? ` (${percent(copiedBytes, sizeBytes)})` : ''}`,
  ];
  if (failed > 0) parts.push(`${count(failed)} failed`);
  const { bytesPerSecond, filesPerSecond } = speed;
  if (bytesPerSecond !== undefined) parts.push(rate(bytesPerSecond, 'bytes'));
  const leftMs = planned ? leftOf(progress, bytesPerSecond, filesPerSecond) : undefined;
  if (leftMs !== undefined) parts.push(`${clock(leftMs)} left`);
  return parts.join(', ');
}

// Small files cost by their number and large ones by their bytes: the slower of the two is the truth.
function leftOf(progress: TransferProgress, bytesPerSecond = 0, filesPerSecond = 0): number | undefined {
  const { files, sizeBytes, copied, copiedBytes, failed } = progress;
  const byBytes = bytesPerSecond > 0 ? (sizeBytes - copiedBytes) / bytesPerSecond : 0;
  const byFiles = filesPerSecond > 0 ? (files - copied - failed) / filesPerSecond : 0;
  const seconds = Math.max(byBytes, byFiles);
  return seconds > 0 ? seconds * 1_000 : undefined;
}

/** The last words on a transfer. */
export function transferLines(report: TransferReport, layout: Layout): string[] {
  const { style } = layout;
  const tail = style.dim(`  (${report.run === 0 ? 'dry run' : `run ${report.run}`}, ${took(report.elapsedMs)})`);
  const lines = [`${headline(report, layout)}${tail}`];
  if (report.kept.length > 0) {
    const some = report.kept.slice(0, 5).map(shownKey).join(', ');
    lines.push(`Kept ${counted(report.kept.length, 'file')} that changed meanwhile: ${some}`);
  }
  const hidden = report.extra - report.removed;
  if (report.how === 'sync' && hidden > 0 && !report.dryRun && report.failureCount === 0)
    lines.push(style.dim(`${report.to} has ${counted(hidden, 'other file')}; --delete removes them.`));
  return lines;
}

function headline(report: TransferReport, { style }: Layout): string {
  const { how, copied, copiedBytes, replaced, same, removed, moved, to, failureCount, outcome } = report;
  if (report.dryRun)
    return `${style.bold(`Would copy ${counted(copied, 'file')}, ${bytes(copiedBytes)}, to ${to}`)}${sameText(same)}${failureCount === 0 ? '' : `; ${style.bad(`${count(failureCount)} would fail`)}, and nothing be removed`}`;
  if (outcome === 'interrupted')
    return `${style.notice(style.signs.note)} ${style.bold('Stopped')}: ${counted(copied, 'file')} copied; the same command goes on`;
  if (failureCount > 0)
    return `${style.bad(style.signs.bad)} ${style.bold(`${counted(failureCount, 'file')} failed`)}, ${count(copied)} copied; nothing was removed, the same command goes on`;
  const ok = style.good(style.signs.ok);
  if (copied === 0 && removed === 0 && moved === 0)
    return `${ok} Nothing to do: ${counted(same, 'file')} up to date in ${to}`;
  if (how === 'move') return `${ok} Moved ${counted(moved, 'file')} to ${to}; ${bytes(copiedBytes)} copied`;
  const parts = [`${past[how]} ${counted(copied, 'file')}, ${bytes(copiedBytes)}, to ${to}`];
  if (replaced > 0) parts.push(`${count(replaced)} of them replaced`);
  if (removed > 0) parts.push(`${counted(removed, 'extra file')} removed`);
  return `${ok} ${parts.join('; ')}${sameText(same)}`;
}

function sameText(same: number): string {
  return same === 0 ? '' : `; ${count(same)} were there`;
}

/** One line of a dry run. */
export function changeText({ what, key, sizeBytes, why }: Change): string {
  const note = why === undefined ? '' : `  (${whyWords[why]})`;
  const word = what === 'keep' ? 'differs' : what;
  return `${word.padEnd(7)}  ${bytes(sizeBytes).padStart(7)}  ${shownKey(key)}${note}`;
}

/** One line of a comparison. */
export function differenceText({ what, key, why }: FoundDifference): string {
  return `${what.padEnd(9)}  ${shownKey(key)}${why === undefined ? '' : `  (${whyWords[why]})`}`;
}

/** The last line of a comparison. */
export function comparedText({ from, to, same, missing, differing, extra }: CompareReport, { style }: Layout): string {
  if (missing + differing + extra === 0)
    return `${style.good(style.signs.ok)} ${from} and ${to} are the same: ${counted(same, 'file')}`;
  const parts = [`${count(missing)} missing`, `${count(differing)} differing`, `${count(extra)} extra`];
  return `${style.bad(style.signs.bad)} ${to} is not as ${from}: ${parts.join(', ')}; ${counted(same, 'file')} the same`;
}

/** Failed files in a table, the first ten; each was told in full when it happened. */
export function failedLines({ failures, failureCount, run }: TransferReport, layout: Layout): string[] {
  const shown = failures.slice(0, 10);
  const rows = shown.map((failure) => [shownKey(failure.at?.item ?? ''), failureTitle(failure)]);
  const lines = table([{ flexible: true }, { paint: layout.style.bad }], rows, { ...layout, indent: '  ' });
  if (failureCount > shown.length && run > 0)
    lines.push(
      cut(layout.style.typed(`  and ${count(failureCount - shown.length)} more: runner logs ${run}`), layout.width),
    );
  return lines;
}
