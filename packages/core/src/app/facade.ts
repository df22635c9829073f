import type { RunSettings, RunSignals } from '../engine/run-settings.ts';
import type { Json } from '../lib/canonical-json.ts';
import type { Redactor } from '../lib/redactor.ts';
import type { Emit, Outcome } from '../model/event.ts';
import type { Failure, Problem } from '../model/failure.ts';
import type { Needs } from '../model/step.ts';
import type { Store } from '../model/store.ts';
import type { Catalogue } from '../plugins/manifest.ts';
import type { MapReport, RunReport, WhyReport } from '../report/run-report.ts';
import type { CompareReport, FoundDifference, TransferReport } from '../report/transfer-report.ts';
import type { CompareRequest, TransferRequest, TransferWatch } from './transfer/request.ts';

/**
 * All that the command line (and whoever embeds the runner) asks of a project.
 *
 * Every method throws a `FailureError` for expected trouble; what is thrown besides is a bug.
 */
export interface Facade {
  /** Learns secrets as they are resolved; put in front of everything that is shown. */
  readonly mask: Redactor;
  /** Runs a task or pipeline, or plans it; item failures are in the report and not thrown. */
  run(request: RunRequest, emit: Emit, signals: RunSignals): Promise<RunReport>;
  explain(target: string, flags: GivenFlags): Promise<Explanation>;
  why(task: string, item: string | undefined, flags: GivenFlags): Promise<WhyReport>;
  /** Newest first. */
  runs(limit: number): Promise<readonly RunSummary[]>;
  /** The last run when none is named. */
  logs(run: number | undefined, options: LogOptions): Promise<RunLog>;
  provenance(run: number): Promise<Json>;
  verify(place: string, signal: AbortSignal): Promise<VerifyReport>;
  clean(options: { readonly dryRun: boolean }): Promise<CleanReport>;
  /** Gives up at-end work of runs that are over; returns what was, or would be, given up. */
  giveUpAtEnd(options: { readonly dryRun: boolean }): Promise<readonly LeftAtEnd[]>;
  doctor(): Promise<readonly Check[]>;
  catalogue(): Promise<Catalogue>;
  store(place: string): Promise<Store>;
  /** Copies, moves or syncs files between two places; files that fail are in the report and not thrown. */
  transfer(request: TransferRequest, watch: TransferWatch, signals: RunSignals): Promise<TransferReport>;
  /** Tells each file that is not the same in both places. */
  compare(
    request: CompareRequest,
    found: (difference: FoundDifference) => void,
    signal: AbortSignal,
  ): Promise<CompareReport>;
  /** Imports the plugin in a folder once and writes its `runner.manifest.json`; `check` only compares. */
  buildManifest(dir: string, options: { readonly check: boolean }): Promise<BuiltManifest>;
  close(): Promise<void>;
}

/** Work that a run was to do at its end and has not done. */
export interface LeftAtEnd {
  readonly run: number;
  readonly plugin: string;
  readonly step: string;
  readonly item: unknown;
}

export interface RunnerOptions {
  /** Where the command started; the project is looked for from here upward. */
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Hears what is no failure and belongs to no run, which would tell it as an event. */
  note?(message: string): void;
}

export type OpenRunner = (options: RunnerOptions) => Promise<Facade>;

/** Values from the command line by param name; texts are not yet converted to the param's type. */
export type GivenFlags = { readonly [param: string]: unknown };

export interface RunRequest extends RunSettings {
  /** `plugin:task`, or the name of a pipeline. */
  readonly target: string;
  readonly flags: GivenFlags;
}

/** What a task would do with the values it would get. */
export interface Explanation {
  readonly target: string;
  readonly summary: string;
  readonly params: readonly ExplainedParam[];
  readonly steps: readonly ExplainedStep[];
  /** For a pipeline: its entries in order. */
  readonly entries?: readonly { readonly id: string; readonly task: string; readonly after: readonly string[] }[];
}

export interface ExplainedParam {
  readonly name: string;
  /** Absent when it has no value; with the origin `default` it needs none. */
  readonly value?: Json;
  readonly origin: 'flag' | 'environment' | 'config' | 'default' | 'missing';
  /** The flag, the variable, or `runner.yaml:12:5`. */
  readonly from?: string;
  readonly description?: string;
}

export interface ExplainedStep {
  readonly name: string;
  readonly version: number;
  readonly needs: Needs | 'by item';
  readonly retries: number;
  readonly timeoutMs?: number;
  readonly secrets: readonly string[];
  /** Places this step has written to in earlier runs. */
  readonly places: readonly string[];
}

export interface RunSummary {
  readonly run: number;
  readonly task: string;
  readonly startedMs: number;
  readonly elapsedMs?: number;
  /** `running`: alive now; `killed`: ended without a word. */
  readonly outcome: Outcome | 'running' | 'killed';
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
}

export interface LogOptions {
  /** Only items whose key holds this text. */
  readonly item?: string;
  readonly limit: number;
}

export interface RunLog {
  readonly run: RunSummary;
  readonly maps: readonly MapReport[];
  readonly failureCount: number;
  readonly failures: readonly Failure[];
  readonly lines: readonly {
    readonly atMs: number;
    readonly map: string;
    readonly item: string;
    readonly message: string;
  }[];
}

export interface VerifyReport {
  readonly place: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** Missing files and files with other bytes; empty when all is as it was published. */
  readonly problems: readonly Problem[];
  /** Files that nobody recorded. */
  readonly foreign: number;
}

export interface CleanReport {
  readonly dryRun: boolean;
  readonly entries: readonly { readonly what: string; readonly files: number; readonly sizeBytes: number }[];
}

export interface Check {
  readonly group: 'runtime' | 'project' | 'plugins' | 'stores' | 'state';
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail?: string;
  /** What to do; for warnings and failures. */
  readonly hint?: string;
  readonly tookMs?: number;
}

export interface BuiltManifest {
  readonly file: string;
  readonly tasks: readonly string[];
  /** True when the file said something else, or there was none. */
  readonly changed: boolean;
}
