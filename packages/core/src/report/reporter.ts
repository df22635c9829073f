import type { RunEvent } from '../model/event.ts';
import type { RunReport } from './run-report.ts';
import type { Style } from './style.ts';

/** Shows a run while it goes on and what came of it; one of live, lines or json. */
export interface Reporter {
  event(event: RunEvent): void;
  /** The end of a run that got as far as a report; called once, before `close`. */
  finished(report: RunReport): void;
  /** Gives the terminal back; safe to call twice, and the only duty after a crash. */
  close(): void;
}

/** Where text goes; a terminal or a pipe. */
export interface Sink {
  write(text: string): void;
  /** Undefined when it is no terminal. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Masks secrets; made by `createRedactor` of the run, which learns them as they are resolved. */
export interface Mask {
  redact(text: string): string;
  /** Masks before anything is cut to a width: half a secret no longer matches and would be printed. */
  redactJson<T>(value: T): T;
}

/** What reporters for people need. */
export interface ReporterOptions {
  /** Progress and failures; stderr, so that stdout stays clean for the result. */
  readonly progress: Sink;
  /** The summary and what the task has to say; stdout. */
  readonly result: Sink;
  /** Of `progress`. */
  readonly style: Style;
  /** Of `result`, which may be a file while `progress` is a terminal. */
  readonly resultStyle: Style;
  readonly mask: Mask;
  /** Milliseconds; monotonic. */
  readonly now: () => number;
  /** The command line that goes on with this run. */
  readonly again?: string;
  readonly readSource?: (file: string) => string | undefined;
}
