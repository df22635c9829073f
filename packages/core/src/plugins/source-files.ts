import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sha256, type Digest } from '../lib/digest.ts';

/** The files a module is made of and what they say. */
export interface SourceFiles {
  /** Absolute; the module itself first. Relative imports that do not exist are listed too. */
  readonly paths: readonly string[];
  /** Over the bytes of all of them, each with its path. */
  readonly digest: Digest;
}

// `from './x.ts'`, `import './x.ts'` and `import('./x.ts')`. Text that only looks like one (in a comment) costs a
// needless import of the plugin when that file changes, and nothing else.
const relativeImport = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/** Follows a module's relative imports; packages are left out, their versions are the lock file's business. */
export function sourceFiles(entry: string): SourceFiles {
  const paths: string[] = [];
  const lines: string[] = [];
  const waiting = [resolve(entry)];
  const seen = new Set(waiting);
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    paths.push(path);
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    lines.push(`${path}\t${bytes === undefined ? 'missing' : sha256(bytes)}`);
    for (const imported of importsOf(path, bytes)) {
      if (!seen.has(imported)) waiting.push(imported);
      seen.add(imported);
    }
  }
  return { paths, digest: sha256(lines.join('\n')) };
}

function importsOf(path: string, bytes: Buffer | undefined): string[] {
  if (bytes === undefined || !/\.[cm]?[jt]s$/.test(path)) return [];
  return [...bytes.toString('utf8').matchAll(relativeImport)].map(([, , specifier = '']) =>
    resolve(dirname(path), specifier),
  );
}
