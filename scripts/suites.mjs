// Which test files a suite has, and how a command line picks among them. Plain JS: it also runs on Node 20.
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from './checkout.mjs';

/** Folders of test/ with a script of their own: they need servers, foreign programs or a lot of time. */
const ownScripts = ['servers', 'interop', 'soak'];
const optionsWithValue = new Set([
  '-g',
  '--grep',
  '-f',
  '--fgrep',
  '-t',
  '--timeout',
  '-R',
  '--reporter',
  '--retries',
  '-s',
  '--slow',
]);

/**
 * Mocha's arguments for a suite: the files the user named, else all of the suite. Undefined when the suite has no file yet.
 *
 * @param {string} suite `test`, or `test:<folder>`
 * @param {string[]} args the user's own
 * @returns {string[] | undefined}
 */
export function mochaArguments(suite, args) {
  if (args.some((arg, index) => isFile(arg, args[index - 1]))) return args;
  const files = suite === 'test' ? defaultFiles() : testFiles(join('test', suite.slice('test:'.length)));
  return files.length === 0 ? undefined : [...args, ...files];
}

/**
 * @param {string} arg
 * @param {string | undefined} before
 */
function isFile(arg, before) {
  if (arg.startsWith('-') || (before !== undefined && optionsWithValue.has(before))) return false;
  return arg.includes('*') || existsSync(join(root, arg)) || existsSync(arg);
}

function defaultFiles() {
  const packages = readdirSync(join(root, 'packages')).sort();
  const ofPackages = packages.flatMap((name) => testFiles(join('packages', name, 'test')));
  const own = ownScripts.map((name) => join('test', name) + sep);
  return [...ofPackages, ...testFiles('test').filter((file) => !own.some((folder) => file.startsWith(folder)))];
}

/**
 * @param {string} folder relative to the root
 * @returns {string[]}
 */
function testFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.split(sep).includes('fixtures'))
    .sort()
    .map((file) => join(folder, file));
}
