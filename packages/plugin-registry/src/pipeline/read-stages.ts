import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { alwaysIgnored, IgnoreRules } from '../formats/ignore.ts';
import { type Repo, textOf } from '../repo/repo.ts';
import { expandStage } from './expand-stages.ts';
import { TemplateFault } from './interpolate.ts';
import { readParamFile } from './param-file.ts';
import { lineOf, type PipelineFile, pipelineFileOf } from './pipeline-file.ts';
import { type Stage, stageOf } from './stage.ts';
import { fileContext, type ReadParams } from './template-context.ts';

/** All `dvc.yaml` files of a repository as written, in the order of their paths. */
export function readPipelineFiles(root: string): PipelineFile[] {
  return findPipelineFiles(root).map((file) => pipelineFileOf(file, readFileSync(join(root, file), 'utf8')));
}

/** All stages of a repository, templates filled in. Throws `registry.file-broken` with the line of the stage. */
export function readStages(repo: Repo, files: readonly PipelineFile[] = readPipelineFiles(repo.root)): Stage[] {
  const section = repo.config.sections.get('parsing');
  const [bool, list] = [textOf(section?.get('bool')), textOf(section?.get('list'))];
  const parsing = { ...(bool === undefined ? {} : { bool }), ...(list === undefined ? {} : { list }) };
  const known = new Map<string, ReturnType<ReadParams>>();
  const read: ReadParams = (file) => {
    if (!known.has(file)) known.set(file, readParamFile(repo.root, file));
    return known.get(file);
  };
  return files.flatMap((each) => stagesOf(repo.root, each, { read, parsing }));
}

interface Filling {
  readonly read: ReadParams;
  readonly parsing: { readonly bool?: string; readonly list?: string };
}

function stagesOf(root: string, { file, vars, stages }: PipelineFile, { read, parsing }: Filling): Stage[] {
  const explained = <T>(at: readonly string[], act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      const line = lineOf(readFileSync(join(root, file), 'utf8'), at);
      throw registryFailures['file-broken']({ file, line, why: error.message });
    }
  };
  const context = explained(['vars'], () => fileContext(file, vars, read));
  return [...stages].flatMap(([name, entry]) =>
    explained(['stages', name], () =>
      expandStage(name, entry, { file, context, read, ...parsing }).map((filled) =>
        stageOf(file, filled.name, filled.body),
      ),
    ),
  );
}

function findPipelineFiles(root: string): string[] {
  const found: string[] = [];
  const rules = new IgnoreRules();
  rules.add(alwaysIgnored, '');
  const visit = (folder: string): void => {
    const ignoreFile = join(root, folder, '.dvcignore');
    if (existsSync(ignoreFile)) rules.add(readFileSync(ignoreFile, 'utf8').split('\n'), folder);
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (rules.ignores(path, { folder: entry.isDirectory() })) continue;
      if (entry.name === 'dvc.yaml' && !entry.isDirectory()) found.push(path);
      // Tracked data holds no pipelines, and a repository of its own speaks for itself.
      const isData = names.has(`${entry.name}.dvc`) || existsSync(join(root, path, '.dvc'));
      if (entry.isDirectory() && !isData) visit(path);
    }
  };
  visit('');
  return found.sort();
}
