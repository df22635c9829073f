import type { Bench, Scene } from './support/bench.ts';
import { runFloor } from './support/floor.ts';
import type { Project, TimedRun } from './support/project.ts';
import { snakemakePlan } from './support/snakemake.ts';
import type { Beside, Row } from './support/row.ts';
import { inTurn, scaled, type Spread, spread } from './support/spread.ts';

const million = 1_000_000;
const peakGoalMb = 300;

/** A dry run over a million items: nothing recorded yet, or everything; in the order of keys, or in others. */
export const plan: Bench = {
  name: 'plan',
  async run(scene) {
    const empty = scene.project('plan-empty');
    const sorted = scene.project('plan-sorted');
    const shuffled = scene.project('plan-shuffled');
    for (const project of [empty, sorted, shuffled]) await project.warmUp();
    const rows: Row[] = [];
    rows.push(...(await planned(scene, 'empty state, ordered', empty, { seed: 0, reused: false, goalS: 2.5 })));
    rows.push(...(await planned(scene, 'empty state, random', empty, { seed: 1, reused: false, goalS: 5 })));
    await fill(scene, sorted, 0);
    rows.push(...(await planned(scene, 'full state, ordered', sorted, { seed: 0, reused: true, goalS: 2.5 })));
    rows.push(...(await planned(scene, 'full state, random', sorted, { seed: 1, reused: true, goalS: 5 })));
    // The rows then lie in one random order and are asked for in another: nothing is worse.
    await fill(scene, shuffled, 1);
    rows.push(
      ...(await planned(scene, 'filled at random, other random', shuffled, { seed: 2, reused: true, goalS: 5 })),
    );
    const full = rows.findLast(({ what }) => what === 'full state, ordered');
    if (full !== undefined) rows.push(...(await besideSnakemake(scene, full.ours)));
    return rows;
  },
};

async function fill(scene: Scene, project: Project, seed: number): Promise<void> {
  scene.say(`filling a state ${seed === 0 ? 'in order' : 'at random'}`);
  const count = scene.items(million);
  await project.run(['bench:items', '--count', `${count}`, '--seed', `${seed}`], { made: count, reused: 0 });
}

async function planned(
  scene: Scene,
  what: string,
  project: Project,
  how: { readonly seed: number; readonly reused: boolean; readonly goalS: number },
): Promise<Row[]> {
  scene.say(what);
  const count = scene.items(million);
  const args = ['bench:items', '--count', `${count}`, '--seed', `${how.seed}`, '--dry-run'];
  const wanted = how.reused ? { made: 0, reused: count } : { made: count, reused: 0 };
  const input = { count, seed: how.seed, ...(how.reused ? { state: project.state } : {}) };
  const { ours, floor } = await inTurn(scene.rounds(3), {
    ours: () => project.run(args, wanted),
    floor: () => runFloor('plan', input),
  });
  const name = how.reused ? 'generate + canonical JSON + read all rows' : 'generate + canonical JSON';
  const beside = (values: readonly number[]): Beside => ({ kind: 'floor', name, value: spread(values) });
  return [
    { what, unit: 's', ours: seconds(ours), beside: beside(floor.map(({ ms }) => ms / 1_000)), goal: how.goalS },
    {
      what: `${what}, peak memory`,
      unit: 'MB',
      ours: spread(ours.map(({ peakMb }) => peakMb)),
      beside: beside(floor.map(({ peakMb }) => peakMb)),
      goal: peakGoalMb,
    },
  ];
}

function seconds(runs: readonly TimedRun[]): Spread {
  return spread(runs.map(({ runMs }) => runMs / 1_000));
}

/** A million jobs are more than the rival can hold; what one job adds to a dry run it can do is what is compared. */
async function besideSnakemake(scene: Scene, ours: Spread): Promise<Row[]> {
  scene.say('snakemake, 2,000 and 5,000 jobs');
  const perItem = scaled(ours, 1e6 / scene.items(million));
  const found = await snakemakePlan(scene.folder('plan-snakemake'), [2_000, 5_000], scene.rounds(3));
  return found.map(
    (beside): Row => ({ what: 'full state, ordered, one item', unit: 'us/item', ours: perItem, beside }),
  );
}
