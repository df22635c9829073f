import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf } from '@dataset-runner/core/plugin';
import type { Value, ValueMap } from '../formats/value.ts';
import { objectKey } from '../objects/object-path.ts';
import type { Repo } from '../repo/repo.ts';
import { folderOf, joined } from '../repo/targets.ts';
import { readLock } from './lock-file.ts';
import { flatValues, type ValuesRead } from './named-values.ts';
import { defaultParamFile, paramAt, paramsOf } from './param-file.ts';
import { readPipelineFiles, readStages } from './read-stages.ts';
import type { RepoView } from './repo-view.ts';
import type { UsedValue } from './used-values.ts';

/** A file's text, and what is to be said where there is none; without words it may be absent. */
interface ValueText {
  readonly text: string | undefined;
  readonly lacking?: string;
}

const notThere = 'is not there';

/**
 * The parameters of a view's pipelines that DVC shows: `params.yaml` at the root, files that a dvc.yaml names, what
 * stages name of others, and of the rest what templates took.
 */
export function readParams(repo: Repo, view: RepoView): ValuesRead {
  const read = new ValuesReader(view);
  read.take(defaultParamFile);
  for (const one of read.pipelines()) {
    read.attempt(() => {
      for (const { file, params } of readPipelineFiles(one))
        for (const path of params) read.take(joined(folderOf(file), path), { lacking: notThere });
    });
    read.attempt(() => {
      for (const { params, used } of readStages(repo, one)) {
        for (const { inRepo, names } of params) {
          if (names.length === 0) read.take(inRepo, { lacking: notThere });
          else read.take(inRepo, { lacking: notThere, names });
        }
        for (const value of used) read.note(value);
      }
    });
  }
  return read.values();
}

/** All metrics of a view: files named in dvc.yaml, from git or, where they are cached, from the cache. */
export function readMetrics(
  repo: Repo,
  view: RepoView,
  { isWorkspace }: { readonly isWorkspace: boolean },
): ValuesRead {
  const read = new ValuesReader(view);
  for (const one of read.pipelines()) {
    read.attempt(() => {
      for (const { file, metrics } of readPipelineFiles(one))
        for (const path of metrics) read.take(joined(folderOf(file), path), { lacking: notThere });
    });
    read.attempt(() => {
      for (const { file, name, outs } of readStages(repo, one)) {
        for (const { kind, path, inRepo, cache } of outs) {
          if (kind !== 'metric') continue;
          const locked = cache && !isWorkspace ? readLock(one, file).get(name) : undefined;
          const object = locked?.outs.find((out) => out.path === path);
          if (object === undefined) read.take(inRepo, { lacking: notThere });
          else read.take(inRepo, { text: cachedText(repo, object), lacking: 'is not in the cache' });
        }
      }
    });
  }
  return read.values();
}

/** Collects files of values; one that nobody can read is noted, and hides nothing of the others. */
class ValuesReader {
  readonly #view: RepoView;
  readonly #seen = new Map<string, string | undefined>();
  readonly #texts = new Map<string, ValueText>();
  /** The names that are shown of a file; a file without an entry is shown whole. */
  readonly #names = new Map<string, Set<string>>();
  readonly #used = new Map<string, Map<string, Value>>();
  readonly #unread = new Map<string, string>();

  constructor(view: RepoView) {
    // Of a revision each look is a process of git.
    const text = (path: string): string | undefined => {
      if (!this.#seen.has(path)) this.#seen.set(path, view.text(path));
      return this.#seen.get(path);
    };
    this.#view = { ...view, text };
  }

  /** The view, once for each of its dvc.yaml files with that one alone. */
  pipelines(): RepoView[] {
    return this.#view.pipelineFiles.map((file) => ({ ...this.#view, pipelineFiles: [file] }));
  }

  /** Reads what may be broken; any failure but that is thrown. */
  attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined || !('pluginFailure' in failure)) throw error;
      const { file } = failure.details;
      if (typeof file !== 'string') throw error;
      this.#unread.set(file, failure.message);
    }
  }

  /** Takes a file; the first that takes all of it, and not some names, makes it whole. */
  take(file: string, { names, ...given }: Partial<ValueText> & { readonly names?: readonly string[] } = {}): void {
    const known = this.#names.get(file);
    if (names === undefined) this.#names.delete(file);
    else if (known !== undefined || !this.#texts.has(file))
      this.#names.set(file, new Set([...(known ?? []), ...names]));
    this.#texts.set(file, { ...this.#texts.get(file), text: this.#view.text(file), ...given });
  }

  /** Takes a value of a file that is shown only if nobody takes the file. */
  note({ file, name, value }: UsedValue): void {
    this.#used.set(file, (this.#used.get(file) ?? new Map<string, Value>()).set(name, value));
  }

  values(): ValuesRead {
    const values = new Map<string, ReadonlyMap<string, Value>>(this.#used);
    for (const [file, { text, lacking }] of [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      values.delete(file);
      if (text !== undefined) this.attempt(() => void values.set(file, this.#shown(file, paramsOf(file, text))));
      else if (lacking !== undefined) this.#unread.set(file, `${file} ${lacking}`);
    }
    const sorted = new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { values: sorted, unread: [...this.#unread].map(([file, why]) => ({ file, why })) };
  }

  #shown(file: string, values: ValueMap): ReadonlyMap<string, Value> {
    const names = this.#names.get(file);
    if (names === undefined) return flatValues(values);
    const found = [...names].sort().flatMap((name) => {
      const value = paramAt(values, name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return flatValues(new Map(found));
  }
}

function cachedText(repo: Repo, { md5, hash }: { readonly md5?: string; readonly hash?: string }): string | undefined {
  const key = objectKey(md5 ?? '', hash === undefined ? 'legacy' : 'files/md5');
  const path = join(repo.cacheDir, key);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
