// JavaScript of a package: one file per entry, what they share in chunks, dependencies left outside.
import { globSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { root } from '../checkout.mjs';
import type { Package } from './packages.ts';

/** Writes dist/*.js of a package and removes the JavaScript an earlier build left there. Throws after printing esbuild's errors. */
export async function bundle({ path, entries }: Package): Promise<void> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => join(path, 'src', entry)),
    outdir: join(path, 'dist'),
    outbase: join(path, 'src'),
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    // Stacks name the real files; the text itself is not shipped twice.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  const written = new Set(Object.keys(result.metafile.outputs).map((file) => resolve(root, file)));
  for (const file of globSync('dist/**/*.{js,js.map}', { cwd: path })) {
    const absolute = join(path, file);
    if (!written.has(absolute)) rmSync(absolute);
  }
}
