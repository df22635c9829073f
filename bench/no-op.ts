import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './support/bench.ts';
import { runFloor } from './support/floor.ts';
import { absentMake, makeNothing, writeCopyMakefile } from './support/make.ts';
import type { Beside, Row } from './support/row.ts';
import { inTurn, spread } from './support/spread.ts';
import { timeChild } from './support/timed-child.ts';

/** The second run over 100,000 files that were copied one by one: nothing to do, and how soon that is known. */
export const noOp: Bench = {
  name: 'no-op',
  async run(scene) {
    const project = scene.project('no-op');
    await project.warmUp();
    const keys = sourceKeys(scene.items(100_000));
    writeSources(project.path('src'), keys);
    writeCopyMakefile(project.dir, keys);
    scene.say(`making ${keys.length} files, once`);
    await project.run(['bench:sources'], { made: keys.length, reused: 0 });
    scene.say('and finding them up to date');
    const files = `${keys.length.toLocaleString('en')} files`;
    const trees = [project.path('src'), project.path('out')];
    const { ours, stats, find, make } = await inTurn(scene.rounds(5), {
      ours: () => project.run(['bench:sources'], { made: 0, reused: keys.length }),
      stats: () => runFloor('stats', { folders: trees, count: keys.length * 2 }),
      find: async () => (await timeChild('find', [...trees, '-fprintf', '/dev/null', '%s %T@ %p\\n'])).wallMs,
      make: () => makeNothing(project.dir),
    });
    const run = {
      what: `${files}, run`,
      unit: 'ms',
      ours: spread(ours.map(({ runMs }) => runMs)),
      goal: 800,
    } as const;
    const command = {
      what: `${files}, whole command`,
      unit: 'ms',
      ours: spread(ours.map(({ wallMs }) => wallMs)),
    } as const;
    const makeMs = make.filter((ms) => ms !== undefined);
    const rows: Row[] = [
      {
        ...run,
        beside: floor(
          'statSync of both trees',
          stats.map(({ ms }) => ms),
        ),
      },
      { ...run, beside: floor('find -printf over both trees', find) },
      {
        ...command,
        beside:
          makeMs.length === 0 ? absentMake : { kind: 'rival', name: 'GNU make -r, same files', value: spread(makeMs) },
      },
      {
        what: `${files}, peak memory`,
        unit: 'MB',
        ours: spread(ours.map(({ peakMb }) => peakMb)),
        beside: floor(
          'statSync of both trees',
          stats.map(({ peakMb }) => peakMb),
        ),
        goal: 300,
      },
    ];
    return rows;
  },
};

function floor(name: string, values: readonly number[]): Beside {
  return { kind: 'floor', name, value: spread(values) };
}

const filesAFolder = 1_000;

function sourceKeys(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const name = String(i).padStart(8, '0');
    return `${String(Math.floor(i / filesAFolder)).padStart(4, '0')}/${name}.txt`;
  });
}

function writeSources(dir: string, keys: readonly string[]): void {
  for (const [i, key] of keys.entries()) {
    if (i % filesAFolder === 0) mkdirSync(join(dir, key.slice(0, 4)), { recursive: true });
    writeFileSync(join(dir, key), `picture ${key} `.repeat(4));
  }
}
