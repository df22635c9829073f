import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Dvc, dvcOf } from '../test/interop/dvc.ts';
import { bareAdd, bareCheckout, bareLook, barePush } from './floors/registry.ts';
import { overS3 } from './registry-s3.ts';
import type { Bench, Scene } from './support/bench.ts';
import {
  type FileSet,
  moveAside,
  ourRepo,
  rowsOf,
  storageOf,
  theirRepo,
  writeFiles,
} from './support/registry-repos.ts';
import type { Row } from './support/row.ts';
import { timeChild } from './support/timed-child.ts';

/** A registry of many small and of fewer large files: ours, stock dvc, and what the machine cannot do without. */
export const registry: Bench = {
  name: 'registry',
  async run(scene) {
    const dvc = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof dvc === 'string') scene.say(`dvc: ${dvc}`);
    const rival = typeof dvc === 'string' ? undefined : dvc;
    const rows: Row[] = [];
    const sizes = [
      { what: '50,000 x 2 kB', count: scene.items(50_000), bytes: 2_000 },
      { what: '2,000 x 1 MB', count: scene.items(2_000), bytes: 1_000_000 },
    ];
    for (const set of sizes) rows.push(...(await onDisk(scene, set, rival)));
    rows.push(...(await overS3(scene, rival)));
    return rows;
  },
};

// Against dvc with nothing to do, and cold; or so near the floor.
const noOp = { gain: 8, floor: 'bare Node program', floorRatio: 1.3 };
const cold = { gain: 3, floor: 'bare Node program', floorRatio: 1.3 };

async function onDisk(scene: Scene, set: FileSet, dvc: Dvc | undefined): Promise<Row[]> {
  scene.say(`${set.what}, on disk`);
  const ours = ourRepo(scene, `ours-${set.bytes}`);
  const theirs = dvc === undefined ? undefined : theirRepo(scene, dvc, `dvc-${set.bytes}`);
  for (const root of [ours.dir, theirs?.dir]) if (root !== undefined) writeFiles(join(root, 'set'), set);
  await ours.warmUp();
  const data = ours.path('set');
  const bare = scene.folder(`bare-${set.bytes}`);
  // The floors run in this process, and both tools are programs that have to be started.
  const startMs = (await timeChild(process.execPath, ['-e', '0'])).wallMs;
  const run = async (...args: readonly string[]): Promise<number> => (await ours.runner(['run', ...args])).wallMs;
  const cache = ours.path('.dvc', 'cache', 'files', 'md5');
  const add = {
    ours: await run('registry:add', 'set'),
    floor: startMs + bareAdd(data, join(bare, 'cache')),
    rival: theirs?.time('add', '-q', 'set'),
  };
  await run('registry:push');
  theirs?.time('push', '-q');
  // What either keeps for the next time, it has then.
  await run('registry:status');
  await run('registry:push');
  theirs?.time('status', '-q');
  theirs?.time('push', '-q');
  // What all of this has left to be written to the disk must not be waited for by whoever writes next.
  execFileSync('sync');
  const status = {
    ours: await run('registry:status'),
    floor: startMs + bareLook(data),
    rival: theirs?.time('status', '-q'),
  };
  const push = {
    ours: await run('registry:push'),
    floor: startMs + barePush(cache, storageOf(ours.dir)),
    rival: theirs?.time('push', '-q'),
  };
  for (const root of [ours.dir, theirs?.dir]) if (root !== undefined) moveAside(root, 'set');
  const checkout = {
    ours: await run('registry:checkout'),
    floor: startMs + bareCheckout(join(bare, 'cache'), join(bare, 'set')),
    rival: theirs?.time('checkout', '-q'),
  };
  return [
    ...rowsOf(`${set.what}, add (cold)`, add, cold),
    ...rowsOf(`${set.what}, status, nothing changed`, status, noOp),
    ...rowsOf(`${set.what}, push, nothing to do`, push, noOp),
    ...rowsOf(`${set.what}, checkout (cold)`, checkout, cold),
  ];
}
