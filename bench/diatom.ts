import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourcesOf, writeZips } from './fixtures/diatom-zips.ts';
import type { Bench, Scene } from './support/bench.ts';
import type { ProcessNote } from './support/note-process.ts';
import type { Beside, Row } from './support/row.ts';
import { inTurn, scaled, type Spread, spread } from './support/spread.ts';
import { NotInstalled, timeChild } from './support/timed-child.ts';
import { startWebServer } from './support/web-server.ts';

const floorScript = fileURLToPath(new URL('floors/curl-unzip-zip.sh', import.meta.url));
const noteProcess = fileURLToPath(new URL('support/note-process.ts', import.meta.url));
const zips = 20;
/** Of the time that curl, unzip and zip take together. */
const goalRatio = 1.5;
/** Of the memory that a tenth of the pictures takes: a row is kept in memory for each, its pixels are not. */
const goalGrowth = 1.5;

/** From a file list to a packed set: download, unpack, decode, hash, divide, audit for leaks, draw, pack, publish. */
export const diatom: Bench = {
  name: 'diatom',
  async run(scene) {
    const rounds = scene.rounds(3);
    const count = scene.items(50_000);
    const few = Math.max(zips * 12, Math.round(count / 10));
    scene.say(`${count} pictures of 6 kB in ${zips} zips, made once`);
    const many = await prepare(scene, 'many', Math.max(zips * 12, count));
    const tenth = await prepare(scene, 'few', few);
    await using manySite = await startWebServer(many.dir);
    await using fewSite = await startWebServer(tenth.dir);
    scene.say('and made into a set');
    const measured = await inTurn(rounds, {
      ours: () => build(scene, many, manySite.url),
      floor: () => floor(scene, many, manySite.url),
      few: () => build(scene, tenth, fewSite.url),
    });
    for (const line of timeline(measured.ours)) scene.say(line);
    const beside = floorOf(measured.floor);
    return [timeRow(measured.ours, beside), memoryRow(measured.ours, measured.few, few)];
  },
};

interface Archives {
  readonly dir: string;
  readonly names: readonly string[];
  readonly pictures: number;
}

interface Built extends ProcessNote {
  readonly wallMs: number;
  /** From the start of the run, ms. */
  readonly maps: readonly { readonly name: string; readonly fromMs: number; readonly toMs: number }[];
}

let folders = 0;

async function prepare(scene: Scene, name: string, pictures: number): Promise<Archives> {
  const dir = scene.folder(`diatom-zips-${name}`);
  return { dir, pictures, names: await writeZips(dir, pictures, zips) };
}

// Every round has a project of its own: files made where others were just removed cost several times as much.
async function build(scene: Scene, { names, pictures }: Archives, url: string): Promise<Built> {
  const project = scene.project(`diatom-${folders++}`, ['plugin-diatom']);
  writeFileSync(
    project.path('runner.yaml'),
    `plugins: ['@dataset-runner/plugin-diatom']\nnetwork: { allowHosts: [127.0.0.1] }\n`,
  );
  writeFileSync(project.path('species.json'), JSON.stringify(sourcesOf(names, url)));
  await project.runner(['tasks']);
  settleDisk();
  const noteFile = project.path('process.json');
  const args = ['run', 'diatom:build', '--file-list', './species.json', '--out', './set', '--json'];
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(noteProcess).href}`, BENCH_PROCESS_NOTE: noteFile };
  const { wallMs, stdout } = await project.runner(args, { env });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  const result = events.at(-1)?.result;
  if (result === undefined || result.train + result.test !== pictures || result.leftOut !== 0)
    throw new Error(`diatom:build made something else: ${JSON.stringify(result)}`);
  return { wallMs, maps: mapsOf(events), ...(JSON.parse(readFileSync(noteFile, 'utf8')) as ProcessNote) };
}

/** Undefined where one of the three programs is missing. */
async function floor(scene: Scene, { names }: Archives, url: string): Promise<number | undefined> {
  const folder = scene.folder(`diatom-floor-${folders++}`);
  try {
    for (const program of ['curl', 'unzip', 'zip']) await timeChild(program, [program === 'curl' ? '-V' : '-v']);
  } catch (error) {
    if (error instanceof NotInstalled) return undefined;
    throw error;
  }
  settleDisk();
  return (await timeChild('sh', [floorScript, url, join(folder, 'work'), ...names])).wallMs;
}

// What the round before wrote is on its way to the disk; neither side is to wait for the other's.
function settleDisk(): void {
  if (process.platform !== 'win32') execFileSync('sync');
}

interface Event {
  readonly time: string;
  readonly type: string;
  readonly map?: number;
  readonly name?: string;
  readonly result?: { readonly train: number; readonly test: number; readonly leftOut: number };
}

function mapsOf(events: readonly Event[]): Built['maps'] {
  const startMs = Date.parse(events[0]?.time ?? '');
  const since = (event: Event | undefined): number => Date.parse(event?.time ?? '') - startMs;
  return events
    .filter(({ type }) => type === 'map.started')
    .map((started) => ({
      name: started.name ?? '',
      fromMs: since(started),
      toMs: since(events.find(({ type, map }) => type === 'map.finished' && map === started.map)),
    }));
}

/** Where the time went in the round in the middle; maps that stream run beside each other. */
function timeline(runs: readonly Built[]): string[] {
  const [first] = runs.toSorted((a, b) => a.wallMs - b.wallMs).slice(Math.floor((runs.length - 1) / 2));
  if (first === undefined) return [];
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1).padStart(6);
  const { userS, systemS, wallMs } = first;
  return [
    `${(wallMs / 1_000).toFixed(1)} s, of which the processors worked ${userS.toFixed(1)} s for us and ${systemS.toFixed(1)} s for the system`,
    ...first.maps.map(({ name, fromMs, toMs }) => `${seconds(fromMs)} - ${seconds(toMs)} s  ${name}`),
  ];
}

function floorOf(measured: readonly (number | undefined)[]): Beside {
  const known = measured.filter((ms) => ms !== undefined);
  if (known.length === 0) return { kind: 'floor', name: 'curl, unzip or zip is not installed' };
  return { kind: 'floor', name: 'curl | unzip | zip -0', value: inSeconds(known) };
}

function timeRow(runs: readonly Built[], beside: Beside): Row {
  const goal = beside.value === undefined ? {} : { goal: beside.value.median * goalRatio };
  const ours = inSeconds(runs.map(({ wallMs }) => wallMs));
  return { what: `50,000 pictures, file list to packed set (goal ${goalRatio}x)`, unit: 's', ours, beside, ...goal };
}

function memoryRow(runs: readonly Built[], few: readonly Built[], pictures: number): Row {
  const peakOf = (some: readonly Built[]): Spread => spread(some.map(({ peakMb }) => peakMb));
  const value = peakOf(few);
  const beside = { kind: 'floor', name: `ours with ${pictures} pictures`, value } as const;
  const what = `50,000 pictures, peak memory (goal ${goalGrowth}x)`;
  return { what, unit: 'MB', ours: peakOf(runs), beside, goal: value.median * goalGrowth };
}

function inSeconds(ms: readonly number[]): Spread {
  return scaled(spread(ms), 1 / 1_000);
}
