import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from '../formats/value.ts';
import { objectKey } from '../objects/object-path.ts';
import type { Repo } from '../repo/repo.ts';
import { folderOf, joined } from '../repo/targets.ts';
import { readLock } from './lock-file.ts';
import { flatValues, type NamedValues } from './named-values.ts';
import { defaultParamFile, paramsOf } from './param-file.ts';
import { paramsAt, readPipelineFiles, readStages } from './read-stages.ts';
import type { RepoView } from './repo-view.ts';

/** All parameters a view's pipelines know: `params.yaml` beside each dvc.yaml, what it names, what its stages read. */
export function readParams(repo: Repo, view: RepoView): NamedValues {
  const named = readPipelineFiles(view).flatMap(({ file, params }) =>
    [defaultParamFile, ...params].map((path) => joined(folderOf(file), path)),
  );
  const read = readStages(repo, view).flatMap(({ params }) => params.map(({ inRepo }) => inRepo));
  const files = new Set([defaultParamFile, ...named, ...read]);
  return valuesOf(files, (file) => paramsAt(view, file));
}

/** All metrics of a view: files named in dvc.yaml, from git or, where they are cached, from the cache. */
export function readMetrics(
  repo: Repo,
  view: RepoView,
  { isWorkspace }: { readonly isWorkspace: boolean },
): NamedValues {
  const texts = new Map<string, string | undefined>();
  for (const { file, metrics } of readPipelineFiles(view)) {
    for (const path of metrics) {
      const inRepo = joined(folderOf(file), path);
      texts.set(inRepo, view.text(inRepo));
    }
  }
  for (const { file, name, outs } of readStages(repo, view)) {
    for (const { kind, path, inRepo, cache } of outs) {
      if (kind !== 'metric') continue;
      const locked = cache && !isWorkspace ? readLock(view, file).get(name) : undefined;
      const object = locked?.outs.find((out) => out.path === path);
      texts.set(inRepo, object === undefined ? view.text(inRepo) : cachedText(repo, object));
    }
  }
  return valuesOf(texts.keys(), (file) => {
    const text = texts.get(file);
    return text === undefined ? undefined : paramsOf(file, text);
  });
}

function valuesOf(files: Iterable<string>, read: (file: string) => ReturnType<typeof paramsAt>): NamedValues {
  const all = new Map<string, ReadonlyMap<string, Value>>();
  for (const file of [...files].sort()) {
    const values = read(file);
    if (values !== undefined) all.set(file, flatValues(values));
  }
  return all;
}

function cachedText(repo: Repo, { md5, hash }: { readonly md5?: string; readonly hash?: string }): string | undefined {
  const key = objectKey(md5 ?? '', hash === undefined ? 'legacy' : 'files/md5');
  const path = join(repo.cacheDir, key);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
