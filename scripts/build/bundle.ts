// JavaScript of a package: one file per entry, what they share in chunks, dependencies left outside.
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { root } from '../checkout.mjs';
import { lazyOclif } from './lazy-requires.ts';
import type { Package } from './packages.ts';

// Core takes its small pure-JavaScript libraries (zod, yaml, oclif, tsyringe, webdav) into its own chunks, and others
// take theirs: finding and reading their hundreds of files is most of a cold start. What is large, native or somebody's choice
// stays outside.
const takenByOthers = ['csv-parse', 'fast-xml-parser', 'tar-stream', 'yaml'];
const leftByCore = ['@aws-sdk/*', '@azure/*', '@google-cloud/*', 'ssh2', 'mocha', 'typescript', '@dataset-runner/*'];
// oclif and tsyringe are CommonJS inside, and call `require` for Node's own modules.
// The name is odd on purpose: a chunk may import `createRequire` itself, and two of one name do not load.
const banner = {
  js: "import { createRequire as requireOfBanner } from 'node:module'; const require = requireOfBanner(import.meta.url);",
};

/** Writes dist/*.js of a package and removes the JavaScript an earlier build left there. Throws after printing esbuild's errors. */
export async function bundle({ folder, path, entries }: Package): Promise<void> {
  const left = folder === 'core' ? leftByCore : librariesOf(path).filter((name) => !takenByOthers.includes(name));
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
    external: left.flatMap((name) => (name.includes('*') ? [name] : [name, `${name}/*`])),
    banner,
    plugins: [lazyOclif],
    // Stacks name the real files; the text itself is not shipped twice.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  writeNotices(path, Object.keys(result.metafile.inputs));
  const written = new Set(Object.keys(result.metafile.outputs).map((file) => resolve(root, file)));
  for (const file of globSync('dist/**/*.{js,js.map}', { cwd: path })) {
    const absolute = join(path, file);
    if (!written.has(absolute)) rmSync(absolute);
  }
}

function librariesOf(path: string): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(path, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

// What is taken in keeps its licence with it.
function writeNotices(path: string, inputs: readonly string[]): void {
  const packages = new Set(inputs.flatMap((file) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const texts = [...packages].sort().map((dir) => {
    const [licence] = globSync('{LICENSE,LICENCE,license}*', { cwd: join(root, dir) });
    return `${dir.slice('node_modules/'.length)}\n\n${licence === undefined ? '' : readFileSync(join(root, dir, licence), 'utf8')}`;
  });
  if (texts.length > 0) writeFileSync(join(path, 'dist', 'THIRD-PARTY.txt'), texts.join('\n\n----\n\n'));
}
