// Builds every package into its dist: JavaScript by esbuild, declarations by tsc. `--bundles` leaves the declarations out.
// A stamp over the sources makes a build of nothing new take a tenth of a second; the checkout lock keeps two builds apart.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bundle } from './build/bundle.ts';
import { fixDeclarations } from './build/declarations.ts';
import { listPackages, type Package } from './build/packages.ts';
import { isFresh, removeOutputs, sourceDigest, writeStamp } from './build/stamp.ts';
import { root } from './checkout.mjs';
import { withLock } from './checkout-lock.mjs';

const withTypes = !process.argv.includes('--bundles');
const packages = listPackages();

if (!isBuilt()) await withLock(join(root, '.cache', 'checkout.lock'), build);

async function build(): Promise<void> {
  if (isBuilt()) return;
  const startedMs = performance.now();
  // Taken before the work: a source saved meanwhile leaves the stamp stale, and the next build sees it.
  const digest = sourceDigest();
  const bundlesWere = isFresh('bundles', packages, digest);
  try {
    if (!bundlesWere) {
      await Promise.all(packages.map((each) => bundle(each)));
      await writeManifests();
    }
  } catch {
    // esbuild has printed its errors already, with file and line.
    process.exitCode = 1;
    return;
  }
  writeStamp('bundles', digest);
  if (withTypes && !(await buildTypes(digest))) process.exitCode = 1;
  const took = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stderr.write(`built ${packages.map((each) => each.folder).join(', ')} in ${took} s\n`);
}

// What `runner tasks`, help and completion read instead of running a plugin's code; made by the runner just built.
async function writeManifests(): Promise<void> {
  const runner = join(root, 'packages', 'core', 'bin', 'runner.js');
  for (const { folder, path } of packages) {
    if (!folder.startsWith('plugin-')) continue;
    if (!(await node([runner, 'plugins', 'build', path]))) throw new Error(`no manifest for ${folder}`);
  }
}

async function buildTypes(digest: string): Promise<boolean> {
  // tsc believes its own record and would not write again what somebody deleted.
  removeOutputs(packages);
  const succeeded = await tsc(packages);
  for (const each of packages) fixDeclarations(each);
  if (succeeded) writeStamp('types', digest);
  return succeeded;
}

function tsc(built: readonly Package[]): Promise<boolean> {
  const script = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return node([script, '-b', ...built.map((each) => join(each.path, 'tsconfig.json'))]);
}

// Standard output is the caller's own; what these print is about building.
function node(args: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
}

function isBuilt(): boolean {
  const digest = sourceDigest();
  return isFresh('bundles', packages, digest) && (!withTypes || isFresh('types', packages, digest));
}
