import type { RunEvent } from '../model/event.ts';
import { eventLines } from './event-lines.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import type { RunReport } from './run-report.ts';
import { type MapView, RunView } from './run-view.ts';
import { summaryLines } from './summary.ts';
import { bytes, clock, count, rate, took } from './units.ts';

const lineEveryMs = 5_000;
// CI systems end a job that says nothing for ten minutes, and people much earlier.
const aliveEveryMs = 60_000;

/** The display for logs and CI: whole lines only, a few per map, every failure whole; no escape codes that move. */
export class LinesReporter implements Reporter {
  readonly #options: ReporterOptions & { readonly quiet: boolean };
  readonly #view = new RunView();
  readonly #timer: NodeJS.Timeout;
  /** What was last said of each map, by its number in the view. */
  readonly #said = new Map<number, { atMs: number; settled: number; total: number }>();

  /** `quiet`: no progress, only failures, warnings and the summary. */
  constructor(options: ReporterOptions & { readonly quiet: boolean }) {
    this.#options = options;
    this.#timer = setInterval(() => this.tick(), lineEveryMs);
    this.#timer.unref();
  }

  event(event: RunEvent): void {
    const { mask, now } = this.#options;
    const masked = mask.redactJson(event);
    this.#view.apply(masked, now());
    // Lines are not wrapped: whoever reads a log searches it.
    this.#say(eventLines(masked, this.#view, { ...this.#options, width: Number.POSITIVE_INFINITY }));
    if (masked.type === 'run.started')
      this.#progress(`${masked.task}, ${masked.dryRun ? 'dry run' : `run ${masked.run}`}`);
    if (masked.type === 'map.finished') this.#finish(this.#view.mapOf(masked.map));
  }

  /** Says how far every running map is, where that has changed; the timer calls it every five seconds. */
  tick(): void {
    const nowMs = this.#options.now();
    for (const map of this.#view.maps) {
      if (map.state === 'finished') continue;
      const [settled, { total }] = [settledOf(map), map.counts];
      const said = this.#said.get(map.id);
      const waited = nowMs - (said?.atMs ?? map.startedMs);
      const moved = total > 0 && (settled !== said?.settled || total !== said.total);
      if (waited < (moved ? lineEveryMs : aliveEveryMs)) continue;
      this.#said.set(map.id, { atMs: nowMs, settled, total });
      this.#progress(`${map.name}: ${mapText(map, nowMs)}`);
    }
  }

  finished(report: RunReport): void {
    const { result, resultStyle: style, mask, again, readSource } = this.#options;
    result.write(
      summaryLines(mask.redactJson(report), {
        style,
        width: 120,
        again: again && mask.redact(again),
        ...(readSource === undefined ? {} : { readSource }),
      })
        .map((line) => `${line}\n`)
        .join(''),
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #finish(map: MapView | undefined): void {
    // Nothing was done and nothing failed: the summary says that it was reused.
    if (map === undefined || map.counts.done + map.counts.failed === 0) return;
    const { counts } = map;
    const parts = map.once && counts.failed === 0 ? ['done'] : [`${count(counts.done)} done`];
    if (counts.reused > 0) parts.push(`${count(counts.reused)} reused`);
    if (counts.failed > 0) parts.push(`${count(counts.failed)} failed`);
    if (counts.sizeBytes > 0) parts.push(bytes(counts.sizeBytes));
    this.#progress(`${map.name}: ${parts.join(', ')} in ${took((map.finishedMs ?? map.startedMs) - map.startedMs)}`);
  }

  #progress(text: string): void {
    if (this.#options.quiet) return;
    const { style, now } = this.#options;
    this.#say([`${style.dim(`[${clock(now() - this.#view.startedMs)}]`)} ${text}`]);
  }

  #say(lines: readonly string[]): void {
    if (lines.length > 0) this.#options.progress.write(lines.map((line) => `${line}\n`).join(''));
  }
}

function settledOf({ counts }: MapView): number {
  return counts.done + counts.reused + counts.failed;
}

/** How far a map is, in words that make sense without the line before. */
function mapText(map: MapView, nowMs: number): string {
  const { counts } = map;
  if (counts.total === 0) return 'waiting for items';
  if (map.once) return 'running';
  const settled = settledOf(map);
  const parts = [`${count(settled)} of ${count(counts.total)}${counts.planned ? '' : ' or more'}`];
  if (counts.reused > 0) parts.push(`${count(counts.reused)} reused`);
  if (counts.failed > 0) parts.push(`${count(counts.failed)} failed`);
  const perSecond = map.items.perSecond(nowMs);
  if (perSecond !== undefined) parts.push(rate(perSecond, 'items'));
  const bytesPerSecond = map.bytes.perSecond(nowMs);
  if (bytesPerSecond !== undefined) parts.push(rate(bytesPerSecond, 'bytes'));
  if (perSecond !== undefined && counts.planned)
    parts.push(`${clock(((counts.total - settled) / perSecond) * 1000)} left`);
  return parts.join(', ');
}
