// The whole life of an image registry in one folder: raw images, a processed set made of them by three stages, more raw
// images on a branch, the set made again, all of it in git and in a remote.
// `node examples/registry/processed-set.ts <empty folder> [<remote url>] [<endpoint of S3>]`
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { encodeGrayPng } from '@dataset-runner/kit/png-encode';

const [folder = '', remote = '', endpoint] = process.argv.slice(2);
if (folder === '') throw new Error('give an empty folder');
const root = resolve(folder, 'registry');
const origin = resolve(folder, 'origin.git');
const set = join(root, 'processed', '01_image_dataset');
const packages = resolve(import.meta.dirname, '../../packages');

say('1. A git repository with a registry in it, and a remote for the bytes');
makeProject();
runner(root, 'init');
runner(root, 'remote', 'add', 'storage', remote === '' ? resolve(folder, 'storage') : remote, '--default');
if (endpoint !== undefined) runner(root, 'remote', 'modify', 'storage', 'endpointurl', endpoint);
commit('Start the registry');

say('2. The first collection of raw images');
collect('raw/01_data_collection_16_oct_2021', 1);
runner(root, 'add', 'raw/01_data_collection_16_oct_2021');
runner(root, 'push');
commit('Add the first collection');
git(root, 'push', '-q', 'origin', 'main');

say('3. Import it into the processed set');
importRaw('01_data_collection_16_oct_2021');

say('4. Two stages, each run as it is written, then the third');
// Places of the runner start at the project, paths of a stage at its folder.
const task = (name: string, from: string, out: string): string =>
  `runner run registry:${name} "$PWD/${from}" "$PWD/${out}" --quiet`;
const whole = 'data/intermediate/remove_corrupted_images';
const light = 'data/intermediate/remove_dark_and_bright_images';
const outputs = ['day_images/foggy', 'day_images/sharp', 'night_images/foggy', 'night_images/sharp'];
stage('run', 'remove_corrupted_images', 'data/inputs', [whole], task('remove-corrupted', 'data/inputs', whole));
const thresholds = '--dark 20 --bright 200';
stage(
  'run',
  'remove_dark_and_bright_images',
  whole,
  [light],
  `${task('remove-dark-and-bright', whole, light)} ${thresholds}`,
);
stage(
  'stage-add',
  'classify_day_night_and_foggy_images',
  light,
  ['data/outputs'],
  `${task('classify-day-night-foggy', light, 'data/outputs')} --day-night 100 --fog 500`,
);
runner(set, 'repro');
runner(root, 'push');
commit('Make the first processed set');

say('5. More raw images, on a branch');
git(root, 'switch', '-q', '-c', 'add-new-raw-data-collection');
collect('raw/02_data_collection_20_oct_2021', 2);
runner(root, 'add', 'raw/02_data_collection_20_oct_2021');
runner(root, 'push');
commit('Add the second collection');
git(root, 'switch', '-q', 'main');
git(root, 'merge', '-q', '--no-edit', 'add-new-raw-data-collection');
git(root, 'push', '-q', 'origin', 'main');

say('6. The processed set again, with both collections');
git(root, 'switch', '-q', '-c', 'add-new-raw-data-to-dataset');
importRaw('02_data_collection_20_oct_2021');
runner(set, 'repro');
runner(root, 'push');
commit('Make the set of both collections');
say(`Done: ${outputs.map((name) => `data/outputs/${name}`).join(', ')} lie in ${set}`);

function makeProject(): void {
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  mkdirSync(set, { recursive: true });
  const scope = join(root, 'node_modules', '@dataset-runner');
  mkdirSync(scope);
  for (const name of ['core', 'kit', 'plugin-registry']) symlinkSync(join(packages, name), join(scope, name), 'dir');
  symlinkSync(join(packages, 'core', 'bin', 'runner.js'), join(root, 'node_modules', '.bin', 'runner'));
  const allow = 'network: { allowHosts: [127.0.0.1] }\n';
  writeFileSync(join(root, 'runner.yaml'), `plugins: ['@dataset-runner/plugin-registry']\n${allow}`);
  writeFileSync(join(root, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(root, '.gitignore'), 'node_modules\n.runner\n');
  git(resolve(folder), 'init', '-q', '--bare', '-b', 'main', origin);
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'config', 'user.name', 'registry');
  git(root, 'config', 'user.email', 'registry@example.org');
  git(root, 'remote', 'add', 'origin', origin);
}

/** Draws a collection: day and night, sharp and foggy, one too dark, one too bright, one cut short. */
function collect(path: string, seed: number): void {
  const draw = (name: string, grayAt: (x: number) => number): void => {
    const side = 48;
    const data = Uint8Array.from({ length: side * side }, (_, at) => grayAt(at % side) + ((at * seed) % 3));
    const bytes = encodeGrayPng({ data, width: side, height: side });
    const file = join(root, path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, name.startsWith('cut') ? bytes.subarray(0, bytes.length / 2) : bytes);
  };
  const stripes = (low: number, high: number) => (x: number) => (x % 2 === 0 ? low : high);
  for (let each = 0; each < 3 * seed; each++) {
    draw(`day/sharp ${each}.png`, stripes(100, 190 - each));
    draw(`night/sharp ${each}.png`, stripes(25, 95 - each));
  }
  draw('fog.png', () => 150 + seed);
  draw('night-fog.png', () => 60 + seed);
  draw('black.png', () => 5);
  draw('white.png', () => 250);
  draw('cut.png', stripes(10, 200));
}

function importRaw(name: string): void {
  runner(root, 'import', origin, `raw/${name}`, `processed/01_image_dataset/data/inputs/${name}`);
}

function stage(how: 'run' | 'stage-add', name: string, dep: string, outs: readonly string[], command: string): void {
  runner(set, how, '--name', name, '--deps', dep, ...outs.flatMap((out) => ['--outs', out]), '--', command);
}

function runner(cwd: string, name: string, ...args: readonly string[]): void {
  say(`   runner run registry:${name} ${args.join(' ')}`);
  const bin = join(root, 'node_modules', '.bin');
  const node = dirname(process.execPath);
  const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions')).join(' ');
  const path = [bin, node, process.env['PATH'] ?? ''].join(':');
  execFileSync(join(bin, 'runner'), ['run', `registry:${name}`, '--quiet', ...args], {
    cwd,
    env: { ...process.env, PATH: path, NODE_OPTIONS: conditions },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function commit(message: string): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', message);
}

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
