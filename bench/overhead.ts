import { join } from 'node:path';
import type { Bench, Scene } from './support/bench.ts';
import { type FloorResult, runFloor } from './support/floor.ts';
import { makeTouch } from './support/make.ts';
import type { TimedRun } from './support/project.ts';
import type { Row } from './support/row.ts';
import { snakemakeTouch } from './support/snakemake.ts';
import { inTurn, type Spread, spread } from './support/spread.ts';

/** What an item costs beside its work: the run's own time, over all items. */
export const overhead: Bench = {
  name: 'overhead',
  async run(scene) {
    const rounds = scene.rounds(3);
    const count = scene.items(200_000);
    const floorDir = scene.folder('overhead-floor');
    const itemsFloor = (round: number): Promise<FloorResult> =>
      runFloor('items', { count, seed: 0, file: join(floorDir, `${round}.db`) });

    scene.say(`${count} items inline and through the pool`);
    const tiny = await inTurn(rounds, {
      inline: () => freshRun(scene, 'inline', count),
      pool: () => freshRun(scene, 'pool', count),
      random: () => freshRun(scene, 'inline', count, 1),
      floor: itemsFloor,
    });
    const floor = {
      kind: 'floor',
      name: 'generate + canonical JSON + INSERT',
      value: perItem(
        tiny.floor.map(({ ms }) => ms),
        count,
      ),
    } as const;
    const rows: Row[] = [
      { what: 'inline', unit: 'us/item', ours: ofRuns(tiny.inline, count), beside: floor, goal: 10 },
      { what: 'inline, keys at random', unit: 'us/item', ours: ofRuns(tiny.random, count), beside: floor },
      { what: 'through the pool', unit: 'us/item', ours: ofRuns(tiny.pool, count), beside: floor, goal: 15 },
    ];

    const files = scene.items(20_000);
    scene.say(`${files} items with a file of 6 kB each`);
    const written = await inTurn(rounds, {
      ours: () => freshRun(scene, 'write', files),
      floor: (round) => runFloor('files', { count: files, dir: scene.folder(`overhead-files-${round}`) }),
    });
    const ours = ofRuns(written.ours, files);
    const bare = {
      kind: 'floor',
      name: 'write + rename of the same files',
      value: perItem(
        written.floor.map(({ ms }) => ms),
        files,
      ),
    } as const;
    rows.push({ what: 'with a file of 6 kB', unit: 'us/item', ours, beside: bare });

    scene.say('snakemake and make, 200 jobs');
    const jobs = scene.items(200);
    const rivals = [
      await snakemakeTouch(scene.folder('overhead-snakemake'), jobs, rounds),
      await makeTouch(scene.folder('overhead-make'), jobs, rounds),
    ];
    for (const beside of rivals)
      rows.push({ what: 'with a file of 6 kB (theirs: a shell each)', unit: 'us/item', ours, beside });
    return rows;
  },
};

let projects = 0;

// Every round has a project and folders of its own: files made where others were just removed cost five times as much.
async function freshRun(scene: Scene, step: string, count: number, seed = 0): Promise<TimedRun> {
  const project = scene.project(`overhead-${projects++}`);
  await project.warmUp();
  const args = ['bench:items', '--count', `${count}`, '--seed', `${seed}`, '--step', step];
  return project.run(args, { made: count, reused: 0 });
}

function ofRuns(runs: readonly TimedRun[], count: number): Spread {
  return perItem(
    runs.map(({ runMs }) => runMs),
    count,
  );
}

function perItem(ms: readonly number[], count: number): Spread {
  return spread(ms.map((value) => (value * 1_000) / count));
}
