import type { RunEvent } from '../model/event.ts';
import type { Mask, Reporter, Sink } from './reporter.ts';
import type { RunReport } from './run-report.ts';

/**
 * Events for programs: one JSON object a line, `{"time": "...", "type": "map.progress", ...}`; the last line is
 * the run's report with the type `run.report`.
 */
export class JsonReporter implements Reporter {
  readonly #out: Sink;
  readonly #mask: Mask;
  readonly #date: () => Date;

  constructor(options: { readonly out: Sink; readonly mask: Mask; readonly date: () => Date }) {
    this.#out = options.out;
    this.#mask = options.mask;
    this.#date = options.date;
  }

  event(event: RunEvent): void {
    this.#line(event);
  }

  finished(report: RunReport): void {
    this.#line({ type: 'run.report', ...report });
  }

  close(): void {
    // Every line was written whole; there is nothing to give back.
  }

  #line(value: object): void {
    const masked = this.#mask.redactJson({ time: this.#date().toISOString(), ...value });
    this.#out.write(`${JSON.stringify(masked)}\n`);
  }
}
