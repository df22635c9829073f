import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How long the JavaScript threads of a process worked, all together, by what V8's profiler saw once a millisecond: from
 * the first call of a function to the end of the process. What came before it is starting and loading.
 */
export interface BusyTime {
  /** Anything but waiting. */
  readonly busyMs: number;
  /** Within that function, and the native code it called. */
  readonly insideMs: number;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** Microseconds, on one clock for all threads. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Options for Node that make a process write a profile of each of its threads into a folder. */
export function profileInto(dir: string): string {
  return `--cpu-prof --cpu-prof-dir=${dir}`;
}

/** Adds up the profiles in a folder; `inside` is the end of the path of the file that has the function. */
export function busyTime(dir: string, inside: string): BusyTime {
  const samples = readdirSync(dir).flatMap((name) =>
    samplesOf(JSON.parse(readFileSync(join(dir, name), 'utf8')) as Profile, inside),
  );
  const fromUs = samples.reduce((first, { isInside, atUs }) => (isInside ? Math.min(first, atUs) : first), Infinity);
  let [busyMs, insideMs] = [0, 0];
  for (const { atUs, tookUs, isInside } of samples) {
    if (atUs < fromUs) continue;
    busyMs += tookUs / 1_000;
    if (isInside) insideMs += tookUs / 1_000;
  }
  return { busyMs, insideMs };
}

interface Sample {
  readonly atUs: number;
  readonly tookUs: number;
  readonly isInside: boolean;
}

/** The samples of one thread in which it did not wait. */
function samplesOf({ nodes, startTime, samples, timeDeltas }: Profile, inside: string): Sample[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const busy: Sample[] = [];
  let atUs = startTime;
  for (const [index, sample] of samples.entries()) {
    const tookUs = timeDeltas[index]!;
    atUs += tookUs;
    const frame = frames.get(sample);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    busy.push({ atUs, tookUs, isInside: frame.url.endsWith(inside) });
  }
  return busy;
}
