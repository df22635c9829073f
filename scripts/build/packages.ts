// The packages of this repository and the entry points each one publishes.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout.mjs';

export interface Package {
  /** Folder name below packages/. */
  readonly folder: string;
  /** Absolute path. */
  readonly path: string;
  /** Sources that become a file of their own in dist, relative to src: what `exports` names, and the programs others start. */
  readonly entries: readonly string[];
}

/** Started by path and not imported by name, so no `exports` map lists them. */
const programs: Readonly<Record<string, readonly string[]>> = {
  core: [
    'cli/main.ts',
    'engine/executors/worker.ts',
    'engine/stat-worker.ts',
    'engine/write-worker.ts',
    'lib/hash-worker.ts',
    'plugins/manifest-child.ts',
  ],
};

/** All packages with sources, those others depend on first. Entries that do not exist yet are left out. */
export function listPackages(): Package[] {
  return readdirSync(join(root, 'packages'))
    .filter((folder) => existsSync(join(root, 'packages', folder, 'package.json')))
    .map((folder) => {
      const path = join(root, 'packages', folder);
      const wanted = [...exportedSources(path), ...(programs[folder] ?? [])];
      return { folder, path, entries: wanted.filter((entry) => existsSync(join(path, 'src', entry))) };
    })
    .filter((each) => each.entries.length > 0);
}

function exportedSources(path: string): string[] {
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    exports?: Record<string, unknown>;
  };
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    target !== null && typeof target === 'object' && 'source' in target ? [String(target.source)] : [],
  );
  const files = sources.flatMap((source) => (source.includes('*') ? globSync(source, { cwd: path }) : [source]));
  return [...new Set(files.map((file) => file.replace(/^(\.\/)?src\//, '')))].sort();
}
