import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { StageFault, type StageFile, stageFileOf } from '../formats/stage-file.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { folderOf } from './targets.ts';

/** A `.dvc` file and where it lies. */
export interface TrackedFile {
  /** Posix, from the root. */
  readonly file: string;
  readonly stage: StageFile;
}

/** All `.dvc` files of a repository, in the order of their paths. */
export function trackedFiles(root: string): TrackedFile[] {
  // What DVC never looks into, and the data itself, is pruned by name: a `.dvc` file cannot lie in tracked data.
  const names = globSync('**/*.dvc', { cwd: root, exclude: (name) => ['.git', '.dvc', 'node_modules'].includes(name) });
  return names.sort().map((name) => readTracked(root, name.split('\\').join('/')));
}

/** One `.dvc` file; throws `registry.file-broken` or `registry.key-unknown` with its name. */
export function readTracked(root: string, file: string): TrackedFile {
  try {
    return { file, stage: stageFileOf(valueOf(readYaml(readFileSync(join(root, file), 'utf8')).root)) };
  } catch (error) {
    if (error instanceof YamlFault)
      throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
    if (!(error instanceof StageFault)) throw error;
    const { key, known, message } = error;
    if (key !== undefined && known.length > 0) throw registryFailures['key-unknown']({ file, key, known });
    throw registryFailures['file-broken']({ file, line: 1, why: message });
  }
}

/** Where an output lies, posix from the root. */
export function outPath({ file, stage }: TrackedFile, path: string): string {
  const parts: string[] = [];
  for (const part of [...folderOf(file).split('/'), ...stage.wdir.split('/'), ...path.split('/')]) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
