import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { type Hashed, hashedEntry, stageMd5 } from '../formats/stage-file.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../formats/value.ts';
import { editYaml } from '../formats/yaml-edit.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import { ignoreInGit, withOut } from './write-tracked.ts';

/** Where imported data came from: another repository, or a URL. */
export interface ImportSource extends Hashed {
  readonly path: string;
  readonly repo?: { readonly url: string; readonly rev?: string; readonly revLock: string };
}

export interface Imported {
  /** Absolute. */
  readonly root: string;
  readonly gitRoot?: string;
  /** The data, posix, from the root; its file is `<path>.dvc`. */
  readonly path: string;
  readonly out: Hashed;
  /** Undefined: nobody has to know. */
  readonly source?: ImportSource;
}

/** Writes the `.dvc` file of data from elsewhere: what it is, and of an import where it came from. */
export const writeImport = defineStep({
  name: 'write-import',
  cache: false,
  work({ root, gitRoot, path, out, source }: Imported): { readonly file: string; readonly changed: boolean } {
    const file = `${path}.dvc`;
    const before = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
    if (gitRoot !== undefined) ignoreInGit(gitRoot, join(root, path));
    const name = basename(path);
    const after = editYaml(
      before,
      source === undefined ? withOut(before, name, out) : stageOf(before, name, out, depOf(source)),
    );
    if (after !== before) writeAtomically(join(root, file), after);
    return { file, changed: after !== before };
  },
});

function depOf({ path, repo, ...hashed }: ImportSource): ValueMap {
  if (repo === undefined) return new Map([...hashedEntry(hashed), ['path', path]]);
  const { url, rev, revLock } = repo;
  return mapOf({ path, repo: mapOf({ url, rev, rev_lock: revLock }) });
}

/** In DVC's order; the digest on top is over all that follows. */
function stageOf(before: string | undefined, path: string, out: Hashed, dep: ValueMap): ValueMap {
  const old = before === undefined ? null : valueOf(readYaml(before).root);
  const withOuts = withOut(before, path, out);
  const stage = new Map<string, Value>([
    ...(isMap(old) ? old : []),
    ['frozen', true],
    ['deps', [dep]],
    ...(isMap(withOuts) ? withOuts : []),
  ]);
  // `withOut` brings the old dependency back where there was one.
  stage.set('deps', [dep]);
  stage.set('frozen', true);
  return new Map<string, Value>([['md5', stageMd5(stage)], ...[...stage].filter(([key]) => key !== 'md5')]);
}
