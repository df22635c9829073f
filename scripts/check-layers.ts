// Checks who imports whom: the layers of core, the doors between packages, and cycles; imports of types count like any other.
// `node scripts/check-layers.ts [folder]` reads another checkout's packages/.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { root } from './checkout.mjs';
import { findCycles } from './layers/cycles.ts';
import { type Import, readImports } from './layers/imports.ts';
import { coreViolation, libraryViolation, packageViolation } from './layers/rooms.ts';

const checkout = resolve(process.argv[2] ?? root);
const files = globSync('packages/*/{src,test,bench,examples}/**/*.ts', {
  cwd: checkout,
  exclude: ['**/node_modules/**', '**/fixtures/**'],
})
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const graph = new Map<string, string[]>();
const problems: string[] = [];

for (const file of files) {
  const targets: string[] = [];
  for (const each of readImports(file, readFileSync(resolve(checkout, file), 'utf8'))) {
    const target = each.specifier.startsWith('.') ? posix.join(posix.dirname(file), each.specifier) : undefined;
    const problem = target === undefined ? byName(file, each) : byPath(file, target);
    if (problem) problems.push(`${file}:${each.line}  ${problem}`);
    if (target !== undefined) targets.push(target);
  }
  graph.set(file, targets);
}
for (const cycle of findCycles(graph)) problems.push(`import cycle: ${cycle.join(' -> ')}`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${files.length} files, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A name of a package: another one of this repository, or a library. */
function byName(file: string, { specifier }: Import): string | undefined {
  const { name, folder, path } = place(file);
  const between = packageViolation({ name, inTest: folder !== 'src' }, specifier);
  return between ?? (name === 'core' && folder === 'src' ? libraryViolation(path, specifier) : undefined);
}

function byPath(file: string, target: string): string | undefined {
  if (!existsSync(resolve(checkout, target))) return `imports ${target}, which does not exist`;
  const from = place(file);
  // Tests may share what lies in test/support of the repository; nothing else outside the package is in reach.
  if (from.folder !== 'src' && target.startsWith('test/support/')) return undefined;
  const to = place(target);
  if (!target.startsWith('packages/') || from.name !== to.name)
    return `reaches into ${target}: import other packages by name`;
  if (from.folder !== 'src') return undefined;
  if (to.folder !== 'src') return target.endsWith('.json') ? undefined : `sources may not import ${target}`;
  return from.name === 'core' ? coreViolation(from.path, to.path) : undefined;
}

/** packages/<name>/<folder>/<path> taken apart. */
function place(file: string): { name: string; folder: string; path: string } {
  const [, name = '', folder = '', ...rest] = file.split('/');
  return { name, folder, path: rest.join('/') };
}
