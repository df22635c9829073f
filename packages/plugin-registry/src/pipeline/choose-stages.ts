import { posix } from 'node:path';
import { pipelineFailures } from './pipeline-failures.ts';
import type { Stage } from './stage.ts';
import { isWithin } from '../repo/targets.ts';

/**
 * The stages a target means: an address, a name of this folder's dvc.yaml, a group (`train` for `train@us`), a
 * dvc.yaml, or an output. Throws `registry.stage-unknown`.
 */
export function stagesNamed(
  stages: readonly Stage[],
  target: string,
  { folder, path }: { readonly folder: string; readonly path: string },
): Stage[] {
  const here = folder === '' ? 'dvc.yaml' : `${folder}/dvc.yaml`;
  const [file, name] = target.includes('dvc.yaml') ? [path.replace(/:.*$/, ''), target.split(':')[1]] : [here, target];
  const isMeant = (stage: Stage): boolean =>
    stage.file === file && (name === undefined || stage.name === name || stage.name.startsWith(`${name}@`));
  const named = stages.filter(isMeant);
  if (named.length > 0) return named;
  const byOut = stages.filter(({ outs }) => outs.some(({ inRepo }) => isWithin(inRepo, path)));
  if (byOut.length > 0) return byOut;
  // As they have to be named in this folder: a bare name elsewhere is no stage here.
  const known = stages.map((stage) =>
    stage.file === here ? stage.name : `${posix.relative(folder, stage.file)}:${stage.name}`,
  );
  throw pipelineFailures['stage-unknown']({ name: target, known });
}
