import { registryFailures } from '../failures.ts';
import { type Repo, textOf } from '../repo/repo.ts';
import { expandStage } from './expand-stages.ts';
import { TemplateFault } from './interpolate.ts';
import { paramsOf } from './param-file.ts';
import { lineOf, type PipelineFile, pipelineFileOf } from './pipeline-file.ts';
import { type RepoView, workspaceView } from './repo-view.ts';
import { type Stage, stageOf } from './stage.ts';
import { fileContext, type ReadParams } from './template-context.ts';
import type { UsedValue } from './used-values.ts';

/** All `dvc.yaml` files of a repository as written, in the order of their paths. */
export function readPipelineFiles(view: RepoView): PipelineFile[] {
  return view.pipelineFiles.map((file) => pipelineFileOf(file, view.text(file) ?? ''));
}

/** A stage as dvc.yaml and the files it names make it. */
export interface StageRead extends Stage {
  /** The values of files that its templates took. */
  readonly used: readonly UsedValue[];
}

/** All stages of a repository, templates filled in. Throws `registry.file-broken` with the line of the stage. */
export function readStages(repo: Repo, view: RepoView = workspaceView(repo.root)): StageRead[] {
  const section = repo.config.sections.get('parsing');
  const [bool, list] = [textOf(section?.get('bool')), textOf(section?.get('list'))];
  const parsing = { ...(bool === undefined ? {} : { bool }), ...(list === undefined ? {} : { list }) };
  const known = new Map<string, ReturnType<ReadParams>>();
  const read: ReadParams = (file) => {
    if (!known.has(file)) known.set(file, paramsAt(view, file));
    return known.get(file);
  };
  return readPipelineFiles(view).flatMap((each) => stagesOf(view, each, { read, parsing }));
}

/** The values of a parameter file; undefined where there is none. */
export function paramsAt(view: Pick<RepoView, 'text'>, file: string): ReturnType<ReadParams> {
  const text = view.text(file);
  return text === undefined ? undefined : paramsOf(file, text);
}

interface Filling {
  readonly read: ReadParams;
  readonly parsing: { readonly bool?: string; readonly list?: string };
}

function stagesOf(view: RepoView, { file, vars, stages }: PipelineFile, { read, parsing }: Filling): StageRead[] {
  const explained = <T>(at: readonly string[], act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      const line = lineOf(view.text(file) ?? '', at);
      throw registryFailures['file-broken']({ file, line, why: error.message });
    }
  };
  const context = explained(['vars'], () => fileContext(file, vars, read));
  return [...stages].flatMap(([name, entry]) =>
    explained(['stages', name], () =>
      expandStage(name, entry, { file, context, read, ...parsing }).map((filled) => ({
        ...stageOf(file, filled.name, filled.body),
        used: filled.used,
      })),
    ),
  );
}
