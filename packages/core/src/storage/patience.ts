import { retry, type RetryPolicy, type Verdict } from '../lib/retry.ts';
import type { DriverContext } from '../model/driver.ts';
import type { Lane } from './lane.ts';
import { isTransient, troubleOf } from './trouble.ts';

/** Whether to try again; a throttled answer slows every store of this service down. */
export function judgeTrouble(error: unknown, lane: Lane): Verdict {
  const trouble = troubleOf(error);
  const retryAfterMs = trouble?.details.retryAfterMs ?? 0;
  if (trouble?.kind === 'throttled') lane.throttled(retryAfterMs);
  return { again: trouble !== undefined && isTransient(trouble), retryAfterMs };
}

/**
 * What drivers run the requests of a longer call with.
 *
 * It takes no slot of the lane: the call around it may hold one, and calls that wait for each other's slots
 * would wait for ever.
 */
export function patience(lane: Lane, policy?: RetryPolicy): DriverContext['patiently'] {
  return (request, signal) => retry(request, (error) => judgeTrouble(error, lane), policy, signal);
}
