import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beside } from './row.ts';
import { spread } from './spread.ts';
import { NotInstalled, timeChild } from './timed-child.ts';

/** Really makes so many files by `touch`, two at a time, in a fresh folder for every round. */
export async function makeTouch(dir: string, jobs: number, rounds: number): Promise<Beside> {
  const targets = Array.from({ length: jobs }, (_, i) => `out/${i}.txt`);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cwd = join(dir, `round-${round}`);
    mkdirSync(join(cwd, 'out'), { recursive: true });
    writeFileSync(join(cwd, 'Makefile'), `OUT = ${targets.join(' ')}\nall: $(OUT)\n$(OUT): ; @touch $@\n`);
    try {
      times.push(((await timeChild('make', ['-j2', 'all'], { cwd })).wallMs * 1_000) / jobs);
    } catch (error) {
      if (error instanceof NotInstalled) return absentMake;
      throw error;
    }
  }
  return { kind: 'rival', name: `GNU make, ${jobs} touch jobs -j2`, value: spread(times) };
}

/** Writes a Makefile by which every `out/<key>` is a copy of `src/<key>`. */
export function writeCopyMakefile(dir: string, keys: readonly string[]): void {
  const targets = keys.map((key) => `out/${key}`).join(' ');
  writeFileSync(join(dir, 'Makefile'), `OUT = ${targets}\nall: $(OUT)\n$(OUT): out/%: src/% ; cp $< $@\n`);
}

/**
 * A `make` that is to find everything up to date; undefined where there is none. Throws when it makes something.
 *
 * Without its built-in rules (`-r`): with them it looks for ways to make the sources, forty times as long.
 */
export async function makeNothing(dir: string): Promise<number | undefined> {
  try {
    const { wallMs, stdout } = await timeChild('make', ['-r', 'all'], { cwd: dir, env: { LC_ALL: 'C' } });
    if (!stdout.includes('Nothing to be done')) throw new Error(`make did something: ${stdout.slice(0, 500)}`);
    return wallMs;
  } catch (error) {
    if (error instanceof NotInstalled) return undefined;
    throw error;
  }
}

export const absentMake: Beside = { kind: 'rival', name: 'GNU make is not installed' };
