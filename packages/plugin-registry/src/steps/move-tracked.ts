import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { isMap, isList, type Value } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import { ignoreInGit } from './write-tracked.ts';
import { unignore } from './remove-tracked.ts';

/** Tracked data and where it is to lie; posix, from the root. */
export interface Moved {
  /** Absolute. */
  readonly root: string;
  readonly gitRoot?: string;
  readonly from: string;
  readonly to: string;
}

/** Renames data and its `.dvc` file. Stopped anywhere between, the same command goes on where it was. */
export const moveTracked = defineStep({
  name: 'move-tracked',
  cache: false,
  work({ root, gitRoot, from, to }: Moved): { readonly file: string } {
    const [source, target] = [join(root, from), join(root, to)];
    mkdirSync(dirname(target), { recursive: true });
    // Before the data is there, or git would see it for a moment.
    if (gitRoot !== undefined) ignoreInGit(gitRoot, target);
    if (existsSync(source)) renameSync(source, target);
    const before = readFileSync(`${source}.dvc`, 'utf8');
    writeAtomically(`${target}.dvc`, editYaml(before, renamed(valueOf(readYaml(before).root), basename(to))));
    rmSync(`${source}.dvc`, { force: true });
    unignore(source);
    return { file: `${to}.dvc` };
  },
});

function renamed(stage: Value, path: string): Value {
  if (!isMap(stage)) return stage;
  const outs = stage.get('outs');
  const list = isList(outs) ? outs : [];
  return new Map([...stage, ['outs', list.map((out) => (isMap(out) ? new Map([...out, ['path', path]]) : path))]]);
}
