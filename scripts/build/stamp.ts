// Remembers what was built from which sources, by content: times lie after a checkout.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout.mjs';
import type { Package } from './packages.ts';

export type Part = 'bundles' | 'types';

const folder = join(root, '.cache', 'build');
const inputs = [
  'packages/*/src/**/*.ts',
  'packages/*/{package,tsconfig}.json',
  'tsconfig.*.json',
  'scripts/build/*.ts',
  'package-lock.json',
];

/** SHA-256 over names and bytes of all that a build reads. */
export function sourceDigest(): string {
  const hash = createHash('sha256');
  for (const file of globSync(inputs, { cwd: root, exclude: ['**/node_modules/**'] }).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** True when that part was built from these sources and its entry files are still there. */
export function isFresh(part: Part, packages: readonly Package[], digest: string): boolean {
  const stamp = join(folder, part);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && missing(part, packages).length === 0;
}

export function writeStamp(part: Part, digest: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, part), digest);
}

/** Clears tsc's record of a package whose declarations are not all there any more, so that it writes them again. */
export function removeOutputs(packages: readonly Package[]): void {
  for (const each of packages) {
    if (missing('types', [each]).length > 0) rmSync(join(each.path, 'dist', '.tsbuildinfo'), { force: true });
  }
}

function missing(part: Part, packages: readonly Package[]): string[] {
  const ending = part === 'types' ? '.d.ts' : '.js';
  return packages
    .flatMap((each) => each.entries.map((entry) => join(each.path, 'dist', entry.replace(/\.ts$/, ending))))
    .filter((file) => !existsSync(file));
}
