import { NotJsonError } from '../../lib/canonical-json.ts';
import { type At, type Failure, failureAt, failureOf } from '../../model/failure.ts';

/**
 * Turns anything thrown into a failure; the one door between exceptions and the catalogue.
 *
 * Failures pass as they are (with their place made more exact); anything else was not foreseen by the step's
 * author and becomes `step.failed`, with its message, stack and chain of causes.
 */
export function toFailure(error: unknown, at: At): Failure {
  const known = failureOf(error);
  if (known !== undefined) return failureAt(known, at);
  if (error instanceof NotJsonError) {
    return { code: 'item.not-json', path: error.path, why: error.message, at };
  }
  if (error instanceof Error) {
    const cause = error.cause === undefined ? undefined : toFailure(error.cause, {});
    return {
      code: 'step.failed',
      message: error.message || error.name,
      at,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
      ...(cause === undefined ? {} : { cause }),
      ...(isTransient(error) ? { transient: true } : {}),
    };
  }
  return { code: 'step.failed', message: `something other than an Error was thrown: ${describe(error)}`, at };
}

// Faults of a connection that a step met outside the stores (its own socket, a database): worth another try.
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

function isTransient(error: Error): boolean {
  const { code, transient } = error as { readonly code?: unknown; readonly transient?: unknown };
  return transient === true || (typeof code === 'string' && transientCodes.has(code));
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
