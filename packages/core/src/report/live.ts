import type { RunEvent } from '../model/event.ts';
import { eventLines } from './event-lines.ts';
import { liveFrame } from './live-frame.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import type { RunReport } from './run-report.ts';
import { RunView } from './run-view.ts';
import { summaryLines } from './summary.ts';
import { textWidth } from './width.ts';

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
// Terminals that know it draw everything in between at once; the others ignore it.
const beginUpdate = '\u001B[?2026h';
const endUpdate = '\u001B[?2026l';
const eraseToEnd = '\u001B[K';
const eraseBelow = '\u001B[J';
const frameEveryMs = 100;
// The same trouble a thousand times scrolls away the first, which mostly explains it.
const failuresShown = 20;

/**
 * The display for terminals: a block of lines at the bottom that is redrawn in place, with notes and whole
 * failures scrolling away above it.
 *
 * The cursor always rests on the line after the block, in its first column; every write starts from there.
 */
export class LiveReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #view = new RunView();
  readonly #timer: NodeJS.Timeout;
  readonly #onExit = (): void => this.close();
  /** The block as it stands on the terminal. */
  #drawn: readonly string[] = [];
  /** Lines that go above the block with the next frame. */
  #above: string[] = [];
  #failures = 0;
  #stopping = false;
  /** The cursor is hidden. */
  #started = false;
  #closed = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.draw(), frameEveryMs);
    this.#timer.unref();
    // A crash must not leave a terminal without a cursor; exit handlers run after uncaught errors too.
    process.once('exit', this.#onExit);
  }

  event(event: RunEvent): void {
    const masked = this.#options.mask.redactJson(event);
    if (masked.type === 'run.stopping') this.#stopping = true;
    this.#view.apply(masked, this.#options.now());
    if (masked.type === 'item.failed' && ++this.#failures > failuresShown) {
      if (this.#failures === failuresShown + 1)
        this.#above.push(
          this.#options.style.typed(`More items fail; see all of them with: runner logs ${this.#view.run}`),
        );
      return;
    }
    this.#above.push(...eventLines(masked, this.#view, { ...this.#options, width: this.#width() }));
  }

  /** Draws a frame if anything changed; the timer calls it ten times a second. */
  draw(): void {
    if (this.#closed || this.#view.task === '') return;
    const { style, progress, now } = this.#options;
    const space = { width: this.#width(), height: progress.rows ?? 24, nowMs: now(), style, stopping: this.#stopping };
    this.#write(liveFrame(this.#view, space));
  }

  finished(report: RunReport): void {
    this.#erase();
    const { result, resultStyle: style, mask, again, readSource } = this.#options;
    const width = this.#width();
    const lines = summaryLines(mask.redactJson(report), {
      style,
      width,
      again: again && mask.redact(again),
      ...(readSource === undefined ? {} : { readSource }),
    });
    result.write(lines.map((line) => `${line}\n`).join(''));
  }

  close(): void {
    if (this.#closed) return;
    this.#erase();
    this.#closed = true;
    clearInterval(this.#timer);
    process.off('exit', this.#onExit);
  }

  // The last column stays free: writing there makes some terminals wrap at once.
  #width(): number {
    return Math.max(20, (this.#options.progress.columns ?? 80) - 1);
  }

  /** Replaces the block by nothing, with what still waits to be said in its stead. */
  #erase(): void {
    if (this.#closed) return;
    if (this.#drawn.length > 0 || this.#above.length > 0) this.#write([]);
    if (this.#started) this.#options.progress.write(showCursor);
    this.#started = false;
  }

  #write(lines: readonly string[]): void {
    const above = this.#above;
    if (above.length === 0 && sameLines(lines, this.#drawn)) return;
    this.#above = [];
    const up = this.#rowsDrawn();
    // Each line is overwritten and only its rest erased: erasing first is what makes displays flicker.
    const text = [...above, ...lines].map((line) => `${line}${eraseToEnd}\n`).join('');
    const start = this.#started ? '' : hideCursor;
    this.#started = true;
    this.#options.progress.write(
      `${beginUpdate}${start}${up > 0 ? `\u001B[${up}A` : ''}\r${text}${eraseBelow}${endUpdate}`,
    );
    this.#drawn = lines;
  }

  // After the terminal was made narrower the old lines take more rows than they were drawn with.
  #rowsDrawn(): number {
    const columns = Math.max(1, this.#options.progress.columns ?? 80);
    return this.#drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(textWidth(line) / columns)), 0);
  }
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
