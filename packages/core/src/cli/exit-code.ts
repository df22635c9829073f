import type { CoreCode, Failure } from '../model/failure.ts';
import type { RunReport } from '../report/run-report.ts';

/** What a script can tell from how the runner ended. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, environment: 3, interrupted: 130, bug: 70 } as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

// A record and not a switch, so that a new code of the catalogue must be given its exit code here.
const byCode: { readonly [C in CoreCode]: ExitCode } = {
  'usage.invalid': exitCodes.usage,
  'name.unknown': exitCodes.usage,
  'config.missing': exitCodes.usage,
  'config.invalid': exitCodes.usage,
  'params.invalid': exitCodes.usage,
  'pipeline.invalid': exitCodes.usage,
  'secret.missing': exitCodes.environment,
  'secret.inline': exitCodes.usage,
  'plugin.missing': exitCodes.environment,
  'plugin.broken': exitCodes.environment,
  'plugin.api': exitCodes.environment,
  'plugin.duplicate': exitCodes.usage,
  'sdk.missing': exitCodes.environment,
  'item.duplicate': exitCodes.usage,
  'item.key': exitCodes.usage,
  'item.not-json': exitCodes.usage,
  'item.crashed': exitCodes.failed,
  'step.failed': exitCodes.failed,
  'step.timeout': exitCodes.failed,
  'step.incomplete': exitCodes.failed,
  'step.undeclared': exitCodes.usage,
  'task.outputs': exitCodes.failed,
  'output.claimed': exitCodes.usage,
  'output.foreign': exitCodes.usage,
  'output.collision': exitCodes.usage,
  'output.missing': exitCodes.failed,
  'place.damaged': exitCodes.failed,
  'store.missing': exitCodes.failed,
  'store.no-bucket': exitCodes.usage,
  'store.denied': exitCodes.environment,
  'store.throttled': exitCodes.environment,
  'store.unavailable': exitCodes.environment,
  'store.broken': exitCodes.failed,
  'store.corrupt': exitCodes.failed,
  'store.conflict': exitCodes.failed,
  'store.locked': exitCodes.environment,
  'store.full': exitCodes.environment,
  'store.read-only': exitCodes.usage,
  'store.key': exitCodes.usage,
  'store.scheme': exitCodes.usage,
  'store.limit': exitCodes.failed,
  'store.address': exitCodes.usage,
  'state.held': exitCodes.environment,
  'state.deadlock': exitCodes.environment,
  'state.network': exitCodes.environment,
  'state.newer': exitCodes.environment,
  'run.interrupted': exitCodes.interrupted,
  'run.unknown': exitCodes.usage,
  bug: exitCodes.bug,
};

/** Returns the exit code of a failure that ended a command. */
export function exitCodeOf(failure: Failure): ExitCode {
  if ('pluginFailure' in failure) return exitCodes.failed;
  return (byCode as { readonly [code: string]: ExitCode | undefined })[failure.code] ?? exitCodes.failed;
}

/**
 * Returns the exit code of a run.
 *
 * Items that failed make 1, unless every failure says that the surroundings are to blame: then a later try of
 * the same command may succeed, and 3 tells a script so.
 */
export function exitCodeOfRun(report: RunReport): ExitCode {
  switch (report.outcome) {
    case 'ok':
      return exitCodes.ok;
    case 'planned':
      return report.failureCount === 0 ? exitCodes.ok : exitCodes.usage;
    case 'interrupted':
      return exitCodes.interrupted;
    case 'failed':
      return exitCodeOfFailures(report);
  }
}

/** The exit code of failures that happened beside others; 3 only when every one blames the surroundings. */
export function exitCodeOfFailures({ failures, failureCount }: Pick<RunReport, 'failures' | 'failureCount'>): ExitCode {
  // More failures than are listed cannot be judged.
  if (failures.length === 0 || failures.length < failureCount) return exitCodes.failed;
  const codes = new Set(failures.map((failure) => exitCodeOf(failure)));
  if (codes.has(exitCodes.bug)) return exitCodes.bug;
  return codes.size === 1 && codes.has(exitCodes.environment) ? exitCodes.environment : exitCodes.failed;
}
