// Proves that package-lock.json installs everywhere: npm leaves platform packages it could not find out of the lock without a
// word, and `npm ci` on a fresh machine then refuses that lock. `node scripts/check-lock.ts [lock file]` reads another one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './checkout.mjs';

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(process.argv[2] ?? join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
};
const problems = Object.entries(lock.packages).flatMap(([path, each]) => [
  ...missingDependencies(path, each),
  ...(each.hasInstallScript && !(nameOf(path) in (manifest.allowScripts ?? {}))
    ? [`${nameOf(path)} has an install script that "allowScripts" in package.json does not decide on`]
    : []),
]);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

function missingDependencies(path: string, { dependencies, optionalDependencies }: LockedPackage): string[] {
  return Object.entries({ ...dependencies, ...optionalDependencies }).flatMap(([name, wanted]) => {
    const found = findInstalled(path, name);
    if (!found) return [`${name}@${wanted}, wanted by ${path || 'the root'}, is not in the lock`];
    const isExact = /^\d+\.\d+\.\d+[\w.+-]*$/.test(wanted);
    const differs = isExact && !found.link && found.version !== wanted && !(name in (manifest.overrides ?? {}));
    return differs ? [`${name} is ${found.version} in the lock, ${path || 'the root'} wants ${wanted}`] : [];
  });
}

/** The way Node looks: the package's own node_modules, then those of the folders above. */
function findInstalled(path: string, name: string): LockedPackage | undefined {
  for (let folder = path; ; folder = parentOf(folder)) {
    const found = lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (found || folder === '') return found;
  }
}

function parentOf(folder: string): string {
  const nested = folder.lastIndexOf('/node_modules/');
  return nested >= 0 ? folder.slice(0, nested) : '';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
