import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { dropIgnored, gitignoreLine, hidingLine } from '../formats/gitignore-line.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';

/** A `.dvc` file that is to go. */
export interface RemovedFile {
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  /** Posix, from the root. */
  readonly file: string;
  /** What it tracks, posix, from the root. */
  readonly paths: readonly string[];
  /** The data goes too. */
  readonly data: boolean;
}

/** Ends the tracking of data: git sees it again, and the `.dvc` file is gone. */
export const removeTracked = defineStep({
  name: 'remove-tracked',
  cache: false,
  work({ root, file, paths, data }: RemovedFile): { readonly file: string } {
    for (const path of paths) {
      if (data) rmSync(join(root, path), { recursive: true, force: true });
      unignore(join(root, path));
    }
    // Last: a killed run finds the file and does it all again.
    rmSync(join(root, file), { force: true });
    return { file };
  },
});

/** Takes the line of a path out of the `.gitignore` beside it; a file without lines goes. */
export function unignore(path: string): void {
  const file = join(dirname(path), '.gitignore');
  if (!existsSync(file)) return;
  const [text, name] = [readFileSync(file, 'utf8'), `/${basename(path)}`];
  // The second is DVC's own, where the two differ.
  const after = dropIgnored(text, hidingLine(name)) ?? dropIgnored(text, gitignoreLine(name));
  if (after === '') rmSync(file, { force: true });
  else if (after !== undefined) writeAtomically(file, after);
}
