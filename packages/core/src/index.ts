/**
 * Embedding: the same runner the command line uses, for programs that want to run tasks themselves.
 *
 * `const runner = await openRunner({ cwd, env: process.env })`, then `runner.run(...)`, and `runner.close()`.
 */
export type { Facade, RunnerOptions, RunRequest } from './app/facade.ts';
export { openRunner } from './app/runner.ts';
export type { RunSettings, RunSignals } from './engine/run-settings.ts';
export type { RunEvent } from './model/event.ts';
export type { RunReport } from './report/run-report.ts';
