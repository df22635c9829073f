// Makes the declarations of a package fit for a user who has only dist: tsc leaves `./x.ts` in them, which asks every user for
// allowImportingTsExtensions; `./x.js` is what finds x.d.ts everywhere.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImports } from '../layers/imports.ts';
import type { Package } from './packages.ts';

/** Rewrites the relative imports of dist/**\/*.d.ts in place, and removes declarations whose source is gone. */
export function fixDeclarations({ path }: Package): void {
  for (const file of globSync('dist/**/*.d.ts', { cwd: path })) {
    const absolute = join(path, file);
    const source = join(path, 'src', file.slice('dist/'.length).replace(/\.d\.ts$/, '.ts'));
    if (!existsSync(source)) rmSync(absolute);
    else rewrite(absolute);
  }
}

function rewrite(file: string): void {
  const text = readFileSync(file, 'utf8');
  // Nearly all runs find nothing new: tsc writes only what changed.
  if (!/\.ts['"]/.test(text)) return;
  let result = text;
  // From the end, so that the offsets of earlier imports stay true.
  for (const { specifier, start, end } of readImports(file, text).toReversed()) {
    if (!/^\.\.?\/.*\.ts$/.test(specifier)) continue;
    result = `${result.slice(0, start)}'${specifier.replace(/\.ts$/, '.js')}'${result.slice(end)}`;
  }
  if (result !== text) writeFileSync(file, result);
}
