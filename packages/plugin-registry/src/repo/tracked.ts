import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { alwaysIgnored, IgnoreRules } from '../formats/ignore.ts';
import { StageFault, type StageFile, stageFileOf } from '../formats/stage-file.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { type LockedOut, lockedOuts, readIn } from './locked.ts';
import { folderOf, insideOf, joined } from './targets.ts';

/** A `.dvc` file and where it lies. */
export interface TrackedFile {
  /** Posix, from the root. */
  readonly file: string;
  readonly stage: StageFile;
}

/** What a repository's own files say of its data: `.dvc` files and pipeline outputs, in the order of their paths. */
export function describedBy(root: string): { readonly tracked: TrackedFile[]; readonly locked: LockedOut[] } {
  const tracked: TrackedFile[] = [];
  const locked: LockedOut[] = [];
  const data = new Set<string>();
  const rules = new IgnoreRules();
  rules.add(alwaysIgnored, '');
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const has = (wanted: string): boolean => entries.some(({ name }) => name === wanted);
    // A repository of its own inside this one speaks for itself.
    if (folder !== '' && has('.dvc') && statSync(join(root, folder, '.dvc')).isDirectory()) return;
    if (has('.dvcignore')) rules.add(readFileSync(join(root, folder, '.dvcignore'), 'utf8').split('\n'), folder);
    const within = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
    const described = entries.map(({ name }) => name).filter((name) => name.endsWith('.dvc') || name === 'dvc.lock');
    for (const name of described.sort()) {
      if (name === '.dvc' || rules.ignores(within(name), { folder: false })) continue;
      if (name.endsWith('.dvc')) {
        const each = readTracked(root, within(name));
        tracked.push(each);
        for (const { path } of each.stage.outs) data.add(outPath(each, path));
      } else if (name === 'dvc.lock') {
        const outs = lockedOuts(within(name), readIn(root));
        for (const out of outs) {
          locked.push(out);
          data.add(out.path);
        }
      }
    }
    // Data is never walked: a `.dvc` file cannot lie in it.
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => within(name));
    for (const each of folders.sort()) if (!data.has(each) && !rules.ignores(each, { folder: true })) visit(each);
  };
  visit('');
  return { tracked: tracked.sort((a, b) => (a.file < b.file ? -1 : 1)), locked };
}

/** One `.dvc` file; throws `registry.file-broken` or `registry.key-unknown` with its name. */
export function readTracked(root: string, file: string): TrackedFile {
  return trackedOf(file, readFileSync(join(root, file), 'utf8'));
}

/** A `.dvc` file's text, read; `file` is its name in failures. */
export function trackedOf(file: string, text: string): TrackedFile {
  try {
    return { file, stage: stageFileOf(valueOf(readYaml(text).root)) };
  } catch (error) {
    if (error instanceof YamlFault)
      throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
    if (!(error instanceof StageFault)) throw error;
    const { key, known, message } = error;
    if (key !== undefined && known.length > 0) throw registryFailures['key-unknown']({ file, key, known });
    throw registryFailures['file-broken']({ file, line: 1, why: message });
  }
}

/** Where an output lies, posix from the root; throws `registry.path-outside`, for nothing there is ours to replace. */
export function outPath({ file, stage }: TrackedFile, path: string): string {
  return insideOf(insideOf(folderOf(file), stage.wdir, file), path, file);
}

/** The same for a file of an old commit, whose data is only named: DVC 2 had outputs outside of the repository. */
export function outPathThen({ file, stage }: TrackedFile, path: string): string {
  return joined(folderOf(file), stage.wdir, path);
}
