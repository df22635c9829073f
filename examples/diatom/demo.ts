// `npm start`: draws a small collection, serves it on this machine, builds a set of it with the runner as installed,
// builds it again to show that nothing is done, and says where everything is. `npm start -- <folder>` uses that project.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { drawCollection, type DrawnArchive } from './collection.ts';

const here = import.meta.dirname;
const root = resolve(here, '../..');
const runner = join(root, 'packages', 'core', 'bin', 'runner.js');
const project = resolve(process.argv[2] ?? join(here, 'project'));

prepareProject(project);
say('1. Draw a collection of diatoms: 5 species, 6 archives, with the usual surprises in them');
const startedMs = performance.now();
const archives = await drawCollection();
say(
  `   ${archives.reduce((sum, { bytes }) => sum + bytes.length, 0) >> 20} MB in ${archives.length} archives, drawn in ${seconds(startedMs)}`,
);

const server = await serve(archives);
try {
  writeFileList(project, archives, (server.address() as AddressInfo).port);
  say('\n2. Build the set: download, unpack, check, split, place, report, pack\n   runner run diatom:build\n');
  await run(['run', 'diatom:build']);
  say('\n3. Build it again: everything is there, so nothing is done\n   runner run diatom:build\n');
  await run(['run', 'diatom:build']);
  say('\n4. Ask what another seed would change, and change nothing\n   runner run diatom:build --seed 2 --dry-run\n');
  await run(['run', 'diatom:build', '--seed', '2', '--dry-run']);
} finally {
  server.close();
}
sayWhatIsThere();

/** A project that starts from nothing, so that the demo is the same every time. */
function prepareProject(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['.runner', 'set', 'model', 'species.json'])
    rmSync(join(folder, name), { recursive: true, force: true });
  const config = join(folder, 'runner.yaml');
  if (existsSync(config)) return;
  copyFileSync(join(here, 'project', 'runner.yaml'), config);
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('../train/', `${join(here, 'train')}/`));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const link = join(folder, 'node_modules', '@dataset-runner');
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(join(root, 'node_modules', '@dataset-runner'), link, 'dir');
}

/** Serves each archive under its name. */
function serve(all: readonly DrawnArchive[]): Promise<Server> {
  const byPath = new Map(all.map((archive) => [`/${archive.name}`, archive.bytes]));
  const listening = createServer((request, response) => {
    const bytes = byPath.get(request.url ?? '');
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/zip', 'content-length': bytes.length }).end(bytes);
  });
  return new Promise((done) => listening.listen(0, '127.0.0.1', () => done(listening)));
}

function writeFileList(folder: string, all: readonly DrawnArchive[], port: number): void {
  const list = all.map(({ name, folder: inside, label, bytes }) => ({
    file_url: `http://127.0.0.1:${port}/${name}`,
    downloaded_file_name: name,
    exploded_folder_name: inside,
    species_label: label,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  writeFileSync(join(folder, 'species.json'), `${JSON.stringify(list, undefined, 2)}\n`);
}

/** Runs the built command line as a user would; the demo itself runs on the sources, its child must not. */
async function run(args: readonly string[]): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [runner, ...args], { cwd: project, stdio: 'inherit', env });
  const code = await new Promise<number>((done, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => done(exit ?? 1));
  });
  if (code !== 0) throw new Error(`runner ${args.join(' ')} ended with exit code ${code}`);
}

function sayWhatIsThere(): void {
  const near = relative(process.cwd(), project) || '.';
  const at = near.startsWith('..') ? project : near;
  say(`
Done in ${seconds(startedMs)}. Look at
  ${at}/set/results/                      the set: train and test, a folder for each species
  ${at}/set/reports/contact-sheet.png     what is in it (and contact-sheet.html)
  ${at}/set/reports/leaks.html            pictures that stand in both splits (and leaks.json)
  ${at}/set/split-manifest.jsonl          which picture went where, from which archive
  ${at}/set/dataset.json                  every file with its digest

Try next
  cd ${at} && alias runner='node ${relative(project, runner)}'
  runner why diatom:build             why each item would run or not
  runner run diatom:build --seed 2    move only the pictures another seed moves
  runner verify ./set                 compare the set with what was published
  runner run diatom:train             train and test a small model on it, in plain Python 3
`);
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
