import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Makes oclif's modules run when they are first used, and not with whatever names them: a command needs the parser, and
 * neither the spinner nor the search for plugins of oclif's own kind, which take 15 ms at each start.
 */
export const lazyOclif: Plugin = {
  name: 'lazy-oclif',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
      contents: lazyRequires(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

/**
 * A CommonJS module as TypeScript writes it, with each `const x_1 = require('x')` put off until `x_1` is used.
 *
 * One that is used otherwise than as `x_1.member` stays as it is.
 */
export function lazyRequires(module: string): string {
  let lazy = module;
  for (const [line, name = '', required = ''] of module.matchAll(
    /^const (\w+_\d+) = (.*\brequire\("[^"]+"\)\)?);$/gm,
  )) {
    const uses = module.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
    const member = new RegExp(`\\b${name}\\.`, 'g');
    if (module.match(member)?.length !== uses - 1) continue;
    // A module runs once however often it is required, so nothing has to be kept here. The outer parentheses are for `new`.
    lazy = lazy.replace(line, () => `const ${name} = () => ${required};`).replace(member, `(${name}()).`);
  }
  return lazy;
}
