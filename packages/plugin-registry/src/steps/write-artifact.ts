import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { isMap, mapOf, type Value, type ValueMap } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { asOneWriter } from '../repo/one-writer.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';

export interface Artifact {
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  /** Posix, from the root. */
  readonly path: string;
  /** What is not given stays as it stands in the file. */
  readonly type?: string | undefined;
  readonly desc?: string | undefined;
  readonly labels: readonly string[];
}

/** Names a dataset under `artifacts:` in the dvc.yaml at the root, all else of which stays. */
export const writeArtifact = defineStep({
  name: 'write-artifact',
  cache: false,
  async work({ key, root, path, type, desc, labels }: Artifact) {
    const file = join(root, 'dvc.yaml');
    asOneWriter(root, () => {
      const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      const value = before === undefined ? new Map<string, Value>() : valueOf(readYaml(before).root);
      const map = isMap(value) ? value : new Map<string, Value>();
      const artifacts = map.get('artifacts');
      const named = isMap(artifacts) ? artifacts.get(key) : undefined;
      const old: ValueMap = isMap(named) ? named : new Map([['type', 'dataset']]);
      const given = mapOf({ path, type, desc, labels: labels.length === 0 ? undefined : [...labels] });
      // In the order of a new one; what stands there already keeps its place.
      const entry = new Map([['path', path] as const, ...old, ...given]);
      const all = new Map([...(isMap(artifacts) ? artifacts : []), [key, entry] as const]);
      const after = editYaml(before, new Map([...map, ['artifacts', all] as const]));
      if (after !== before) writeAtomically(file, after);
    });
    return { file: 'dvc.yaml' };
  },
});

/** Tags a commit; a tag that is there already on the same commit is left, so the step may be done twice. */
export const writeTag = defineStep({
  name: 'write-tag',
  cache: false,
  async work({ tag, root, commit }: { readonly tag: string; readonly root: string; readonly commit: string }) {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    if (git('tag', '--list', tag, '--points-at', commit).trim() !== '') return { tag };
    try {
      git('-c', 'user.useConfigOnly=false', 'tag', '--annotate', '--message', tag, tag, commit);
    } catch (error) {
      const why = String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
      throw pipelineFailures['tag-failed']({ tag, why: why.split('\n').at(-1) ?? why });
    }
    return { tag };
  },
});

/** Writes a dataset record as a file. */
export const writeRecord = defineStep({
  name: 'write-record',
  work: ({ key, text }: { readonly key: string; readonly text: string }, { output }) => output.write(key, text),
});
