// `node examples/registry/story.ts [folder]`: two collections come into a registry, and a processed set is made to follow
// it: every command is one a person would type, in repositories of git made for the occasion.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const runner = join(root, 'packages', 'core', 'bin', 'runner.js');
const given = process.argv[2];
const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'registry-story-')) : resolve(given);

try {
  tellStory(folder);
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true });
}

function tellStory(dir: string): void {
  const registry = makeRepository(join(dir, 'registry'));
  say('1. A registry with its first collection, pushed to a remote');
  run(registry, 'init');
  run(registry, 'remote', 'add', 'storage', '../storage', '--default');
  collect(join(registry, 'raw', '01_data_collection'), 23);
  run(registry, 'add', 'raw/01_data_collection');
  commit(registry, 'Add the first collection');
  run(registry, 'push');

  say('2. A set made from it takes the collection over, and remembers the commit it came from');
  const processed = makeRepository(join(dir, 'processed'));
  run(processed, 'init');
  run(processed, 'remote', 'add', 'storage', '../processed-storage', '--default');
  mkdirSync(join(processed, 'data', 'inputs'), { recursive: true });
  run(processed, 'import', '../registry', 'raw/01_data_collection', 'data/inputs/01_data_collection');
  commit(processed, 'Import the first collection');
  run(processed, 'push');

  say('3. The collection is corrected in a branch, and merged');
  git(registry, 'switch', '--quiet', '--create', 'correct-01');
  collect(join(registry, 'raw', '01_data_collection', 'late'), 4);
  run(registry, 'status');
  run(registry, 'add', 'raw/01_data_collection/late');
  run(registry, 'diff');
  commit(registry, 'Add pictures that came late');
  run(registry, 'push');
  git(registry, 'switch', '--quiet', 'main');
  git(registry, 'merge', '--quiet', '--no-edit', 'correct-01');

  say('4. The set follows, and both are safe in their remotes');
  run(processed, 'update');
  commit(processed, 'Follow the registry');
  run(processed, 'push');
  run(processed, 'status');
  run(processed, 'status', '--cloud');
}

/** A git repository that is a project of the runner as well. */
function makeRepository(dir: string): string {
  mkdirSync(dir, { recursive: true });
  git(dir, 'init', '--quiet', '--initial-branch', 'main');
  writeFileSync(join(dir, 'runner.yaml'), "plugins: ['@dataset-runner/plugin-registry']\n");
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(dir, '.gitignore'), 'node_modules\n.runner\n');
  const link = join(dir, 'node_modules', '@dataset-runner');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(root, 'node_modules', '@dataset-runner'), link, 'dir');
  return dir;
}

/** Pictures as a camera leaves them; what is in them does not matter here. */
function collect(dir: string, count: number): void {
  mkdirSync(dir, { recursive: true });
  for (let at = 1; at <= count; at += 1) {
    writeFileSync(join(dir, `frame_${String(at).padStart(4, '0')}.pgm`), `P2 2 1 255 ${at} ${255 - at}\n`);
  }
}

function run(dir: string, task: string, ...args: readonly string[]): void {
  say(`\n$ runner run registry:${[task, ...args].join(' ')}`);
  // Sources, where the checkout runs them: the child is started as this program was.
  const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions'));
  const words = [...conditions, runner, 'run', `registry:${task}`, ...args, '--quiet'];
  execFileSync(process.execPath, words, { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] });
}

function commit(dir: string, message: string): void {
  git(dir, 'add', '.');
  git(dir, '-c', 'user.name=Lab', '-c', 'user.email=lab@example.org', 'commit', '--quiet', '--message', message);
}

function git(dir: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
