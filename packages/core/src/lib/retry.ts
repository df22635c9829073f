/** How often and how patiently something is tried again. */
export interface RetryPolicy {
  /** All attempts, the first one included. */
  readonly attempts: number;
  /** The first wait, before jitter; each further one is twice as long. */
  readonly baseMs: number;
  /** No wait of our own is longer. */
  readonly capMs: number;
}

/** What may be said of one failed attempt. */
export interface Verdict {
  /** The same attempt may succeed later. */
  readonly again: boolean;
  /** The service named a time (`Retry-After`); we wait at least that long. */
  readonly retryAfterMs?: number;
}

export const defaultRetry: RetryPolicy = { attempts: 4, baseMs: 200, capMs: 10_000 };

// A service may ask for an hour; past this the failure is more useful to a person than the wait.
const longestRetryAfterMs = 60_000;

/**
 * Runs `attempt` until it succeeds, `judge` says it is final, or the attempts are used up.
 *
 * Waits grow exponentially with full jitter. Throws the last error unchanged, or the signal's reason.
 */
export async function retry<T>(
  attempt: (count: number) => Promise<T>,
  judge: (error: unknown, count: number) => Verdict,
  policy: RetryPolicy = defaultRetry,
  signal?: AbortSignal,
): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt(count);
    } catch (error) {
      if (signal?.aborted === true || count >= policy.attempts) throw error;
      const verdict = judge(error, count);
      if (!verdict.again || (verdict.retryAfterMs ?? 0) > longestRetryAfterMs) throw error;
      await sleep(waitMs(count, policy, verdict.retryAfterMs), signal);
    }
  }
}

// Half of the wait is fixed and half is random: crowds disperse, yet no attempt follows at once.
function waitMs(count: number, policy: RetryPolicy, retryAfterMs = 0): number {
  const fullMs = Math.min(policy.capMs, policy.baseMs * 2 ** (count - 1));
  return Math.max(retryAfterMs, fullMs / 2 + (Math.random() * fullMs) / 2);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
