import { dumpYaml } from '../formats/yaml-write.ts';
import { entryValue, type LockedPath, type LockEntry } from '../pipeline/lock-file.ts';
import type { NewPlace } from '../pipeline/new-places.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import type { Stage, StageOut } from '../pipeline/stage.ts';
import type { Repo } from '../repo/repo.ts';
import { cacheFiles } from '../steps/cache-files.ts';
import { type KeptStage, keepStage } from '../steps/keep-stage.ts';
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
): Promise<readonly LockedPath[]> {
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
  const hashed = context.map(cacheFiles, chunks, { name: `hash ${stage.address}` });
  const kept = keptOf(
    stage,
    { ...inputs, outs: [] },
    { repo, place: placeOf(stage), made, ...(key === undefined ? {} : { key }) },
  );
  const uses = { chunks: hashed };
  const [done] = await context.map(keepStage, [kept], { name: `keep ${stage.address}`, uses }).toArray();
  return done?.outs ?? [];
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
