// The first thing every npm script runs, on whatever Node is there: dependencies, a build where one is needed, then the real
// command on Node 24. Plain JS that runs on Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { findNode24, root } from './checkout.mjs';
import { ensureInstalled } from './install.mjs';
import { mochaArguments } from './suites.mjs';

const build = join(root, 'scripts', 'build.ts');
const demo = join(root, 'examples', 'diatom', 'demo.ts');
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  start,
  test: (args) => test('test', args),
  'test:servers': (args) => test('test:servers', args),
  'test:interop': (args) => test('test:interop', args),
  'test:soak': (args) => test('test:soak', args),
  bench,
  build: (args) => node24([build, ...args]),
  check: (args) => node24([join(root, 'scripts', 'check.ts'), ...args]),
  format: (args) => node24([biome, 'format', '--write', ...args]),
  docs: (args) => node24(['--conditions=source', join(root, 'scripts', 'docs', 'update-docs.ts'), ...args]),
  ready: async () => 0,
};

/** @param {string[]} args */
async function start(args) {
  const built = await node24([build, '--bundles']);
  if (built !== 0) return built;
  if (!existsSync(demo)) {
    process.stderr.write('Built. There is nothing to show yet: examples/diatom/demo.ts does not exist.\n');
    return 1;
  }
  return node24(['--conditions=source', demo, ...args]);
}

/**
 * @param {string} suite
 * @param {string[]} args
 */
async function test(suite, args) {
  // Tests import the sources; the program they start is the one just built.
  const built = await node24([build, '--bundles']);
  if (built === 0) process.env.RUNNER_TEST_BUILT = '1';
  else process.stderr.write('The build failed; the tests run all the same, on the sources.\n');
  const mochaArgs = mochaArguments(suite, args);
  if (mochaArgs === undefined) {
    process.stdout.write(`no tests in ${suite} yet\n0 passed, 0 failed\n`);
    return 0;
  }
  return node24(['--conditions=source', mocha, ...mochaArgs]);
}

/**
 * What is measured is the program as installed: the bundles, and the manifests beside them.
 *
 * @param {string[]} args
 */
async function bench(args) {
  const built = await node24([build, '--bundles']);
  return built === 0 ? node24([join(root, 'bench', 'run.ts'), ...args]) : built;
}

/**
 * Runs Node 24 with our terminal; signals reach it too, and its exit is ours.
 *
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function node24(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(findNode24(), args, { cwd: root, stdio: 'inherit' });
    // A terminal sends SIGINT to the whole group; we only have to outlive the child. SIGTERM comes to us alone.
    const pass = (/** @type {NodeJS.Signals} */ signal) => void (signal === 'SIGTERM' && child.kill(signal));
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
try {
  if (!command) throw new Error(`usage: node scripts/bootstrap.mjs ${Object.keys(commands).join(' | ')}`);
  await ensureInstalled();
  process.exitCode = await command(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
}
