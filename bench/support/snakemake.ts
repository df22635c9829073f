import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beside } from './row.ts';
import { inTurn, spread } from './spread.ts';
import { NotInstalled, timeChild } from './timed-child.ts';

const rules = (jobs: number): string => `
N = range(${jobs})
rule all:
    input: expand("out/{i}.txt", i=N)
rule one:
    input: "in/{i}.txt"
    output: "out/{i}.txt"
    shell: "touch {output}"
`;

function workflow(dir: string, jobs: number): string {
  const folder = join(dir, `${jobs}`);
  mkdirSync(join(folder, 'in'), { recursive: true });
  for (let i = 0; i < jobs; i++) writeFileSync(join(folder, 'in', `${i}.txt`), 'x');
  writeFileSync(join(folder, 'Snakefile'), rules(jobs));
  return folder;
}

/** Dry runs of two sizes; what a job adds leaves the start of Python out, which is to the rival's favour. */
export async function snakemakePlan(
  dir: string,
  [few, many]: readonly [number, number],
  rounds: number,
): Promise<Beside[]> {
  const version = await snakemakeVersion();
  if (version === undefined) return [absent()];
  const [small, large] = [workflow(dir, few), workflow(dir, many)];
  const dryRun = async (cwd: string): Promise<number> =>
    (await timeChild('snakemake', ['-n', '--quiet', 'all', '-j2'], { cwd })).wallMs;
  const measured = await inTurn(rounds, { small: () => dryRun(small), large: () => dryRun(large) });
  const added = measured.large.map((ms, i) => ((ms - (measured.small[i] as number)) * 1_000) / (many - few));
  const whole = measured.large.map((ms) => (ms * 1_000) / many);
  return [
    { kind: 'rival', name: `snakemake ${version} -n, each job from ${few} to ${many}`, value: spread(added) },
    { kind: 'rival', name: `snakemake ${version} -n, ${many} jobs with its start`, value: spread(whole) },
  ];
}

/** Really runs so many `touch` jobs, two at a time, in a fresh folder for every round. */
export async function snakemakeTouch(dir: string, jobs: number, rounds: number): Promise<Beside> {
  const version = await snakemakeVersion();
  if (version === undefined) return absent();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cwd = workflow(join(dir, `round-${round}`), jobs);
    const { wallMs } = await timeChild('snakemake', ['-j2', '--quiet', 'all'], { cwd });
    times.push((wallMs * 1_000) / jobs);
  }
  return { kind: 'rival', name: `snakemake ${version}, ${jobs} touch jobs -j2`, value: spread(times) };
}

async function snakemakeVersion(): Promise<string | undefined> {
  try {
    return (await timeChild('snakemake', ['--version'])).stdout.trim();
  } catch (error) {
    if (error instanceof NotInstalled) return undefined;
    throw error;
  }
}

function absent(): Beside {
  return { kind: 'rival', name: 'snakemake is not installed' };
}
