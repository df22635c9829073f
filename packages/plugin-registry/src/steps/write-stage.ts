import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { isMap, type Value } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { ignoreInGit } from './write-tracked.ts';
import { asOneWriter } from '../repo/one-writer.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';

export interface WrittenStage {
  /** The stage's address. */
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  readonly gitRoot?: string;
  /** The dvc.yaml, posix, from the root. */
  readonly file: string;
  readonly name: string;
  /** The stage as YAML. */
  readonly entry: string;
  /** Outputs that git must not see, posix, from the root. */
  readonly ignored: readonly string[];
}

/** Writes one stage into a dvc.yaml, whose other stages and comments stay, and hides its outputs from git. */
export const writeStage = defineStep({
  name: 'write-stage',
  cache: false,
  async work({ root, gitRoot, file, name, entry, ignored }: WrittenStage) {
    const path = join(root, file);
    const stage = valueOf(readYaml(entry).root);
    asOneWriter(root, () => {
      const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      const after = editYaml(before, withStage(before, name, stage));
      if (after !== before) writeAtomically(path, after);
    });
    // Where its folder is not there yet, the line is written with the first result.
    const there = ignored.filter((out) => existsSync(dirname(join(root, out))));
    if (gitRoot !== undefined) for (const out of there) ignoreInGit(gitRoot, join(root, out));
    return { file, name };
  },
});

function withStage(text: string | undefined, name: string, stage: Value): Value {
  const root = text === undefined ? new Map<string, Value>() : valueOf(readYaml(text).root);
  const map = isMap(root) ? root : new Map<string, Value>();
  const stages = map.get('stages');
  return new Map([...map, ['stages', new Map([...(isMap(stages) ? stages : []), [name, stage]])]]);
}
