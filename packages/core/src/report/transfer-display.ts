import { type Failure, failureAt } from '../model/failure.ts';
import { failureLines } from './failure-text.ts';
import type { Mask, Sink } from './reporter.ts';
import { Speed } from './speed.ts';
import type { Style } from './style.ts';
import type { TransferProgress } from './transfer-report.ts';
import { progressText } from './transfer-text.ts';
import { clock } from './units.ts';
import { cut } from './width.ts';

/** How a transfer is shown while it runs. */
export type TransferLook = 'live' | 'lines' | 'json' | 'quiet';

const everyMs: { readonly [L in TransferLook]: number } = {
  live: 100,
  lines: 5_000,
  json: 1_000,
  quiet: Number.POSITIVE_INFINITY,
};
const eraseLine = '\r\u001B[K';
// The same trouble a thousand times hides the first, which mostly explains it.
const failuresShown = 10;

/**
 * Shows how far a transfer is: one line redrawn on a terminal, a line every five seconds in a log, a JSON line a
 * second for programs.
 */
export class TransferDisplay {
  readonly #look: TransferLook;
  readonly #sink: Sink;
  readonly #style: Style;
  readonly #mask: Mask;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #bytes = new Speed();
  readonly #files = new Speed();
  #saidMs: number;
  #failures = 0;
  #drawn = false;

  /** `now`: milliseconds of any clock that only goes forward. */
  constructor(options: { look: TransferLook; sink: Sink; style: Style; mask: Mask; now: () => number }) {
    this.#look = options.look;
    this.#sink = options.sink;
    this.#style = options.style;
    this.#mask = options.mask;
    this.#now = options.now;
    this.#startedMs = this.#saidMs = options.now();
  }

  progress(progress: TransferProgress): void {
    const nowMs = this.#now();
    this.#bytes.note(nowMs, progress.copiedBytes);
    this.#files.note(nowMs, progress.copied);
    if (nowMs - this.#saidMs < everyMs[this.#look]) return;
    this.#saidMs = nowMs;
    if (this.#look === 'json') return this.#json({ type: 'progress', ...progress });
    const [bytesPerSecond, filesPerSecond] = [this.#bytes.perSecond(nowMs), this.#files.perSecond(nowMs)];
    const text = progressText(progress, { bytesPerSecond, filesPerSecond });
    if (this.#look === 'lines') return this.#line(`${this.#style.dim(`[${clock(nowMs - this.#startedMs)}]`)} ${text}`);
    this.#sink.write(eraseLine + cut(text, (this.#sink.columns ?? 80) - 1));
    this.#drawn = true;
  }

  failed(key: string, failure: Failure): void {
    if (this.#look === 'json') return this.#json({ type: 'failed', key, failure });
    if (++this.#failures > failuresShown) return;
    const layout = { style: this.#style, width: Number.POSITIVE_INFINITY };
    this.#line(failureLines(failureAt(failure, { item: key }), layout).join('\n'));
  }

  note(message: string): void {
    if (this.#look === 'json') this.#json({ type: 'note', message });
    else this.#line(`${this.#style.notice(this.#style.signs.note)} ${message}`);
  }

  /** Takes the progress line away. */
  close(): void {
    if (this.#drawn) this.#sink.write(eraseLine);
    this.#drawn = false;
  }

  #line(text: string): void {
    this.close();
    this.#sink.write(`${this.#mask.redact(text)}\n`);
  }

  #json(value: unknown): void {
    this.#sink.write(`${JSON.stringify(this.#mask.redactJson(value))}\n`);
  }
}
