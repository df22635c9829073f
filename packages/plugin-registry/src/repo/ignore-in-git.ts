import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { addIgnored, gitignoreLine } from '../formats/gitignore-line.ts';
import { isGitIgnored } from '../git.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';

/** Makes git pass over data, by a line in the `.gitignore` beside it, unless some rule of a person's hides it already. */
export function ignoreInGit(gitRoot: string, path: string): void {
  if (isGitIgnored(gitRoot, path)) return;
  const file = join(dirname(path), '.gitignore');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = addIgnored(before, gitignoreLine(`/${basename(path)}`));
  if (after !== undefined) writeAtomically(file, after);
}
