import { shownKey } from '@dataset-runner/core/plugin';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import type { Out } from '../formats/stage-file.ts';
import { dumpYaml } from '../formats/yaml-write.ts';
import { isGitTracked } from '../git.ts';
import type { NeededOut } from '../objects/needed.ts';
import { linkTypesOf } from '../objects/place-file.ts';
import { entryValue, type LockedPath, type LockEntry } from '../pipeline/lock-file.ts';
import type { NewPlace } from '../pipeline/new-places.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import type { Stage, StageOut } from '../pipeline/stage.ts';
import type { Repo } from '../repo/repo.ts';
import { cacheFiles } from '../steps/cache-files.ts';
import { type KeptStage, keepStage } from '../steps/keep-stage.ts';
import { checkOutAll } from './check-out-all.ts';
import { isExecutable, madeChunks } from './stage-hashes.ts';
import type { Here } from './stage-now.ts';

/** Where the files are that say what stages made. */
export interface Filing extends Here {
  /** Where a stage's new lines belong. */
  readonly placeOf: (stage: Stage) => NewPlace;
}

/** Hashes a stage's outputs into the cache and writes all of it down; throws `registry.out-missing`. */
export async function keepMade(
  stage: Stage,
  inputs: Omit<LockEntry, 'outs'>,
  { repo, context, placeOf, key }: Filing & { readonly key?: string },
): Promise<void> {
  // The run cache needs the bytes of metrics too, although git has them.
  const isKept = ({ cache }: StageOut): boolean => cache || key !== undefined;
  const wanted = stage.outs.map((out) => ({ path: out.inRepo, isKept: isKept(out) }));
  const { looks, chunks } = madeChunks(repo, wanted);
  const made = stage.outs.flatMap((out) => {
    const look = looks.find(({ path }) => path === out.inRepo);
    if (look === undefined) throw pipelineFailures['out-missing']({ stage: stage.address, path: out.inRepo });
    const { path, inRepo } = out;
    return [{ path, inRepo, isFolder: look.isFolder, isexec: isExecutable(look), isKept: isKept(out) }];
  });
  const hashed = context.map(cacheFiles, chunks, { name: shownKey(`hash ${stage.address}`) });
  const kept = keptOf(
    stage,
    { ...inputs, outs: [] },
    { repo, place: placeOf(stage), made, ...(key === undefined ? {} : { key }) },
  );
  const uses = { chunks: hashed };
  const [done] = await context.map(keepStage, [kept], { name: shownKey(`keep ${stage.address}`), uses }).toArray();
  await relink(stage, done?.outs ?? [], { repo, context });
}

interface KeptHow {
  readonly repo: Repo;
  readonly place: NewPlace;
  readonly made?: KeptStage['made'];
  readonly key?: string;
}

/** A stage's entry for the lock, as the step takes it. */
export function keptOf(stage: Stage, entry: LockEntry, { repo, place, made = [], key }: KeptHow): KeptStage {
  return {
    key: stage.address,
    root: repo.root,
    cacheDir: repo.cacheDir,
    ...(repo.gitRoot === undefined ? {} : { gitRoot: repo.gitRoot }),
    file: stage.file,
    name: stage.name,
    entry: dumpYaml(entryValue(entry)),
    made,
    place: place,
    ...(key === undefined ? {} : { runKey: key }),
  };
}

// Copies stay as they are; where outputs are links into the cache, new ones become links too, as DVC leaves them.
async function relink(stage: Stage, made: readonly LockedPath[], { repo, context }: Here): Promise<void> {
  const [type] = linkTypesOf(repo.config.sections.get('cache')?.get('type'));
  if (type !== 'hardlink' && type !== 'symlink') return;
  const cached = made.filter(({ path }) => stage.outs.some((out) => out.path === path && out.cache));
  const outs = cached.flatMap((out) => neededOut(stage, out));
  await checkOutAll(repo, outs, context, { discard: false, relink: true });
}

/** An output of the lock as what lies in the cache; none where the stage does not make it any more. */
export function neededOut(stage: Stage, out: LockedPath): NeededOut[] {
  const path = stage.outs.find((each) => each.path === out.path)?.inRepo;
  if (path === undefined || out.md5 === undefined) return [];
  const described: Out = { ...out, cache: true, push: true, persist: false, raw: new Map() };
  return [{ oid: out.md5, layout: 'files/md5', path, file: stage.address, out: described }];
}

/** Throws `registry.git-tracked`: bytes would be in git and in the cache, and git would see each run as a change. */
export function refuseGitTracked({ root, gitRoot }: Repo, stage: Stage): void {
  if (gitRoot === undefined) return;
  const tracked = stage.outs.find(({ cache, inRepo }) => cache && isGitTracked(gitRoot, join(root, inRepo)));
  if (tracked !== undefined) throw registryFailures['git-tracked']({ path: tracked.inRepo });
}
