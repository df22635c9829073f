import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `dvc init` writes, byte by byte; returns the files it made, posix, from the root. */
export function initRepo(root: string, options: { readonly git: boolean }): string[] {
  const files: { readonly [name: string]: string } = {
    '.dvc/config': options.git ? '' : '[core]\n    no_scm = True\n',
    ...(options.git ? { '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n' } : {}),
    '.dvcignore': ignoreRemarks,
  };
  mkdirSync(join(root, '.dvc', 'tmp'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    // A person's own .dvcignore stays.
    if (name !== '.dvcignore' || !existsSync(join(root, name))) writeFileSync(join(root, name), text);
  }
  return Object.keys(files);
}

const ignoreRemarks = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`;
