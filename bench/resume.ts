import { cpSync } from 'node:fs';
import type { Bench, Scene } from './support/bench.ts';
import { type FloorResult, runFloor } from './support/floor.ts';
import type { Project, TimedRun } from './support/project.ts';
import type { Row } from './support/row.ts';
import { inTurn, spread } from './support/spread.ts';

const million = 1_000_000;

interface Case {
  readonly what: string;
  readonly seed: number;
  readonly missing: 'random' | 'tail';
  readonly goalS: number;
}

/** A million items of which 999 in 1,000 are done: how soon the first new one is worked on, and the last. */
export const resume: Bench = {
  name: 'resume',
  async run(scene) {
    const cases: readonly Case[] = [
      { what: 'ordered, missing at random', seed: 0, missing: 'random', goalS: 3.5 },
      { what: 'ordered, missing at the end', seed: 0, missing: 'tail', goalS: 3.5 },
      { what: 'random, missing at random', seed: 1, missing: 'random', goalS: 5 },
      { what: 'random, missing at the end', seed: 1, missing: 'tail', goalS: 5 },
    ];
    const rows: Row[] = [];
    for (const each of cases) rows.push(...(await resumed(scene, each)));
    return rows;
  },
};

async function resumed(scene: Scene, { what, seed, missing, goalS }: Case): Promise<Row[]> {
  scene.say(`${what}: filling the state`);
  const count = scene.items(million);
  const args = ['bench:items', '--count', `${count}`, '--seed', `${seed}`];
  const name = `resume-${seed}-${missing}`;
  const filled = scene.project(name);
  await filled.warmUp();
  const done = await missingFrom(filled, [...args, '--missing', missing]);
  scene.say(what);
  const { ours, floor } = await inTurn(scene.rounds(3), {
    ours: async (round): Promise<TimedRun> => {
      const copy = scene.project(`${name}-${round}`);
      await copy.warmUp();
      cpSync(filled.state, copy.state);
      return copy.run(args, { made: count - done, reused: done });
    },
    floor: (): Promise<FloorResult> => runFloor('plan', { count, seed, state: filled.state }),
  });
  const beside = {
    kind: 'floor',
    name: 'generate + canonical JSON + read all rows',
    value: spread(floor.map(({ ms }) => ms / 1_000)),
  } as const;
  const at = (pick: (run: TimedRun) => number | undefined): Row['ours'] =>
    spread(ours.map((run) => (pick(run) ?? Number.NaN) / 1_000));
  return [
    { what: `${what}: first new item`, unit: 's', ours: at((run) => run.firstWorkMs), beside, goal: goalS },
    { what: `${what}: last new item`, unit: 's', ours: at((run) => run.lastWorkMs), beside },
  ];
}

/** Fills the state but for what is missing; returns how many items were done. */
async function missingFrom(project: Project, args: readonly string[]): Promise<number> {
  const { counts } = await project.run(args, 'any');
  return counts.made;
}
