import { type Context, Test } from 'mocha';

/** Where the reporter finds why a test (or the suite of a hook) was skipped. A global symbol, so neither has to import the other. */
const reasonKey = Symbol.for('dataset-runner.skip-reason');

/** Skips the running test, or from a `before` hook its whole suite, and says why in the report. Call as `skip(this, 'reason')`. */
export function skip(ctx: Context, reason: string): never {
  const running = ctx.runnable();
  // What runs and is no test is a hook, and a hook speaks for its suite.
  const owner = running instanceof Test ? running : (running.parent ?? running);
  Object.assign(owner, { [reasonKey]: reason });
  return ctx.skip();
}
