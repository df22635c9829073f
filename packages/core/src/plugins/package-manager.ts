import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

// One of them lies beside the package.json of the project, or of the workspace it belongs to.
const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/**
 * The package manager of a project: by `packageManager` in the nearest package.json that has it, else by the
 * nearest lock file; npm when nothing says.
 */
export function detectPackageManager(projectDir: string): PackageManager {
  for (let dir = resolve(projectDir); ; dir = dirname(dir)) {
    const found = declaredIn(dir) ?? lockFiles.find(([file]) => existsSync(join(dir, file)))?.[1];
    if (found !== undefined) return found;
    if (dirname(dir) === dir) return 'npm';
  }
}

/** The command line that adds development dependencies to the project. */
export function installLine(projectDir: string, packages: readonly string[]): string {
  const commands: { readonly [M in PackageManager]: string } = {
    npm: 'npm install --save-dev',
    pnpm: 'pnpm add --save-dev',
    yarn: 'yarn add --dev',
    bun: 'bun add --dev',
  };
  return [commands[detectPackageManager(projectDir)], ...packages].join(' ');
}

function declaredIn(dir: string): PackageManager | undefined {
  try {
    const parsed = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
      readonly packageManager?: string;
    } | null;
    const name = /^(npm|pnpm|yarn|bun)@/.exec(parsed?.packageManager ?? '')?.[1];
    return name as PackageManager | undefined;
  } catch {
    // No package.json here, or a broken one that npm itself will complain about.
    return undefined;
  }
}
