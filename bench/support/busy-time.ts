import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long the JavaScript threads of a process worked, all together, by what V8's profiler saw once a millisecond. */
export interface BusyTime {
  /** Anything but waiting. */
  readonly busyMs: number;
  /** Within the function that was asked for, and all it called. */
  readonly insideMs: number;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Options for Node that make a process write a profile of each of its threads into a folder. */
export function profileInto(dir: string): string {
  return `--cpu-prof --cpu-prof-dir=${dir}`;
}

/** Adds up the profiles in a folder; `inside` is the end of the path of the file whose own time is told apart. */
export function busyTime(dir: string, inside: string): BusyTime {
  let [busyMs, insideMs] = [0, 0];
  for (const name of readdirSync(dir)) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Profile;
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [at, sample] of samples.entries()) {
      const frame = frames.get(sample);
      if (frame === undefined || frame.functionName === '(idle)') continue;
      busyMs += timeDeltas[at]! / 1_000;
      // Native code counts as the function that called it.
      if (frame.url.endsWith(inside)) insideMs += timeDeltas[at]! / 1_000;
    }
  }
  return { busyMs, insideMs };
}
