/**
 * The failure catalogue: every expected trouble is one of these values.
 *
 * A failure is plain readonly JSON told apart by `code` (`domain.kebab`). The words people read are made in
 * one place, `report/wording.ts`, whose switch does not compile when a code here has no wording.
 */

/** Where a failure happened; any part may be missing. */
export interface At {
  readonly plugin?: string;
  readonly task?: string;
  readonly step?: string;
  readonly item?: string;
  readonly url?: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

/** One thing wrong with a config file or with params, with its place. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The details each code carries, beside what every failure has. */
export interface FailureDetails {
  'usage.invalid': { readonly message: string };
  'name.unknown': { readonly kind: string; readonly name: string; readonly known: readonly string[] };
  'config.missing': { readonly path: string };
  'config.invalid': { readonly problems: readonly Problem[] };
  'params.invalid': { readonly task: string; readonly problems: readonly Problem[] };
  'pipeline.invalid': { readonly pipeline: string; readonly problems: readonly Problem[] };
  'secret.missing': { readonly name: string; readonly reference: string; readonly why: string };
  'secret.inline': { readonly where: string };
  'plugin.missing': { readonly name: string; readonly install: string };
  'plugin.broken': { readonly name: string; readonly message: string };
  'plugin.api': { readonly name: string; readonly found: string; readonly supported: number };
  'plugin.duplicate': { readonly name: string; readonly places: readonly string[] };
  'sdk.missing': { readonly package: string; readonly install: string };
  'item.duplicate': { readonly key: string; readonly map: string; readonly other?: string };
  'item.key': { readonly key: string; readonly why: string };
  'item.not-json': { readonly path: string; readonly why: string };
  'item.crashed': { readonly how: string };
  'step.failed': { readonly message: string; readonly stack?: string };
  'step.timeout': { readonly timeoutMs: number };
  'step.incomplete': { readonly map: string; readonly failed: number };
  'step.undeclared': { readonly name: string; readonly what: string };
  'task.outputs': { readonly task: string; readonly problems: readonly Problem[] };
  'output.claimed': { readonly place: string; readonly key: string; readonly owner: string };
  /** `why`: it is no file of the same name that is in the way. */
  'output.foreign': { readonly place: string; readonly key: string; readonly why?: string };
  'output.collision': { readonly place: string; readonly key: string; readonly other: string };
  'output.missing': { readonly place: string; readonly key: string };
  'place.damaged': { readonly place: string; readonly problems: readonly Problem[] };
  /** `found` where something else lies under that name, or a place has no files. */
  'store.missing': { readonly url: string; readonly found?: 'folder' | 'nothing' };
  'store.no-bucket': {
    readonly url: string;
    readonly why: string;
    readonly status?: number;
    readonly requestId?: string;
  };
  'store.denied': {
    readonly url: string;
    readonly reason?: string;
    readonly status?: number;
    readonly requestId?: string;
  };
  'store.throttled': { readonly url: string; readonly status?: number };
  'store.unavailable': { readonly url: string; readonly why: string };
  'store.broken': { readonly url: string; readonly why: string; readonly status?: number; readonly requestId?: string };
  'store.corrupt': { readonly url: string; readonly expected: string; readonly found: string };
  /** `found` where it is not a file of that name: a folder has it, a file lies where a folder of the URL must be, or that folder is on another disk. */
  'store.conflict': { readonly url: string; readonly found?: 'folder' | 'file' | 'disk' };
  'store.locked': { readonly url: string };
  'store.full': { readonly url: string; readonly why: string };
  'store.read-only': { readonly url: string; readonly what: string };
  'store.key': { readonly key: string; readonly why: string };
  'store.scheme': { readonly url: string; readonly known: readonly string[] };
  'store.limit': { readonly url: string; readonly limit: string };
  'store.address': { readonly url: string; readonly host: string };
  'state.held': { readonly line: string; readonly holder: string };
  'state.deadlock': { readonly line: string; readonly holder: string };
  'state.network': { readonly path: string; readonly kind: string };
  'state.newer': { readonly path: string; readonly found: number; readonly supported: number };
  'run.interrupted': { readonly done: number };
  'run.unknown': { readonly run: string };
  bug: { readonly message: string; readonly stack?: string };
}

export type CoreCode = keyof FailureDetails;

/** What every failure carries. */
export interface FailureBase {
  readonly at?: At;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  readonly cause?: Failure;
  /** True when the same attempt may succeed later; only these are retried. */
  readonly transient?: boolean;
  /** What the far end asked for before another attempt; a minute of it is waited at the most. */
  readonly retryAfterMs?: number;
}

/** A failure of core's own catalogue. */
export type CoreFailure = { [C in CoreCode]: { readonly code: C } & FailureDetails[C] & FailureBase }[CoreCode];

/** A failure a plugin defined; it carries its own words because its plugin may be gone when it is read. */
export interface PluginFailure extends FailureBase {
  readonly code: `${string}.${string}`;
  readonly pluginFailure: true;
  readonly message: string;
  readonly details: { readonly [key: string]: unknown };
}

export type Failure = CoreFailure | PluginFailure;

/** The thrown form of a failure; told apart by its brand, so two copies of core understand each other. */
export class FailureError extends Error {
  readonly $type = 'runner.failure';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(
      'message' in failure && typeof failure.message === 'string'
        ? `${failure.code}: ${failure.message}`
        : failure.code,
    );
    this.name = 'FailureError';
    this.failure = failure;
  }
}

type FailureInput<C extends CoreCode> = FailureDetails[C] & FailureBase;

/** Makes the throwable form of a failure of core's catalogue: `throw fail('store.missing', { url })`. */
export function fail<C extends CoreCode>(code: C, details: FailureInput<C>): FailureError {
  return new FailureError({ code, ...details } as unknown as CoreFailure);
}

/** Returns the failure an error carries, or undefined when it carries none. */
export function failureOf(error: unknown): Failure | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const candidate = error as { readonly $type?: unknown; readonly failure?: Failure };
  return candidate.$type === 'runner.failure' ? candidate.failure : undefined;
}

/** The same failure, said to have happened at a more exact place; parts already known are kept. */
export function failureAt(failure: Failure, at: At): Failure {
  return { ...failure, at: { ...at, ...failure.at } };
}

/** The words and nature of one failure that a plugin defines. */
export interface FailureSpec<D> {
  /** What it means, one sentence, for the docs. */
  readonly about: string;
  readonly message: (details: D) => string;
  readonly hint?: (details: D) => string;
  readonly transient?: boolean;
}

type SpecDetails<S> = S extends { message: (details: infer D) => string } ? D : never;

/** The failures of one plugin: constructors by name, plus the list the guard test and the docs read. */
export type Failures<S> = {
  readonly [K in keyof S]: (details: SpecDetails<S[K]>, base?: FailureBase) => FailureError;
} & {
  readonly $catalogue: readonly { readonly code: string; readonly about: string }[];
};

/**
 * Defines a plugin's own failures: `throw failures['adc-short']({ file, byte })`.
 *
 * Codes become `<domain>.<name>`. The details of a failure must be plain JSON.
 */
export function defineFailures<const S extends { readonly [name: string]: FailureSpec<never> }>(
  domain: string,
  specs: S,
): Failures<S> {
  const made: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    made[name] = (details: never, base: FailureBase = {}): FailureError => {
      const hint = base.hint ?? spec.hint?.(details);
      return new FailureError({
        code: `${domain}.${name}`,
        pluginFailure: true,
        message: spec.message(details),
        details,
        ...base,
        ...(hint === undefined ? {} : { hint }),
        ...(spec.transient === undefined ? {} : { transient: spec.transient }),
      });
    };
  }
  made['$catalogue'] = Object.entries(specs).map(([name, spec]) => ({ code: `${domain}.${name}`, about: spec.about }));
  return made as Failures<S>;
}
