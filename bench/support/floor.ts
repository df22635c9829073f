import { fileURLToPath } from 'node:url';
import { timeChild } from './timed-child.ts';

/** What a floor's process prints as its last line. */
export interface FloorResult {
  /** Inside the process: its start is not in it, which makes the floor lower and our ratio worse. */
  readonly ms: number;
  readonly peakMb: number;
  /** What all its threads took since the same moment, where the program says it; steadier than `ms` on a busy machine. */
  readonly cpuMs?: number;
}

const floors = {
  plan: new URL('../floors/plan.ts', import.meta.url),
  items: new URL('../floors/items.ts', import.meta.url),
  files: new URL('../floors/files.ts', import.meta.url),
  ifcbFeatures: new URL('../floors/ifcb-features.ts', import.meta.url),
  ifcbExtract: new URL('../floors/ifcb-extract.ts', import.meta.url),
  stats: new URL('../floors/stats.ts', import.meta.url),
};

/** Runs a program of `bench/floors` in a fresh process. */
export async function runFloor(name: keyof typeof floors, input: unknown): Promise<FloorResult> {
  const { stdout } = await timeChild(process.execPath, [fileURLToPath(floors[name]), JSON.stringify(input)]);
  return JSON.parse(stdout) as FloorResult;
}

/** Called by a floor's program: its input. */
export function floorInput<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Called by a floor's program at its end; `startedCpu` is `process.cpuUsage()` at its start. */
export function floorDone(startedMs: number, startedCpu?: NodeJS.CpuUsage): void {
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const cpu = startedCpu === undefined ? {} : { cpuMs: (user + system) / 1_000 };
  const result: FloorResult = { ms, peakMb: process.resourceUsage().maxRSS / 1_024, ...cpu };
  process.stdout.write(JSON.stringify(result));
}
