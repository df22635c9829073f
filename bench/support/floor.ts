import { fileURLToPath } from 'node:url';
import { timeChild } from './timed-child.ts';

/** What a floor's process prints as its last line. */
export interface FloorResult {
  /** Inside the process: its start is not in it, which makes the floor lower and our ratio worse. */
  readonly ms: number;
  readonly peakMb: number;
}

/** Runs a program of `bench/floors` in a fresh process. */
export async function runFloor(name: 'plan' | 'items' | 'files' | 'stats', input: unknown): Promise<FloorResult> {
  const script = fileURLToPath(new URL(`../floors/${name}.ts`, import.meta.url));
  const { stdout } = await timeChild(process.execPath, [script, JSON.stringify(input)]);
  return JSON.parse(stdout) as FloorResult;
}

/** Called by a floor's program: its input. */
export function floorInput<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Called by a floor's program at its end. */
export function floorDone(startedMs: number): void {
  const ms = performance.now() - startedMs;
  process.stdout.write(JSON.stringify({ ms, peakMb: process.resourceUsage().maxRSS / 1_024 } satisfies FloorResult));
}
