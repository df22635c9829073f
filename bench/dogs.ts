import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dogsTar } from './fixtures/dogs-tar.ts';
import type { Bench, Scene } from './support/bench.ts';
import type { ProcessNote } from './support/note-process.ts';
import type { Beside, Row } from './support/row.ts';
import { inTurn, scaled, spread } from './support/spread.ts';
import { NotInstalled, timeChild } from './support/timed-child.ts';
import { startWebServer } from './support/web-server.ts';

const floorScript = fileURLToPath(new URL('floors/curl-tar.sh', import.meta.url));
const noteProcess = fileURLToPath(new URL('support/note-process.ts', import.meta.url));
const tarServer = fileURLToPath(new URL('fixtures/dogs-tar.ts', import.meta.url));
/** Images a second that img2dataset is reported to fetch on a whole machine. */
const goalPerSecond = 1_350;
const smallBytes = 6_000;
const goalPeakMb = 300;

/** From an archive on the web to files in a store, nothing in between. */
export const dogs: Bench = {
  name: 'dogs',
  async run(scene) {
    const count = scene.items(50_000);
    scene.say(`a tar of ${count} JPEGs of ${smallBytes / 1_000} kB, made once`);
    const dir = scene.folder('dogs-tar');
    await writeFile(join(dir, 'images.tar'), dogsTar(count, smallBytes));
    await using site = await startWebServer(dir);
    const url = `${site.url}/images.tar`;
    const measured = await inTurn(scene.rounds(3), {
      ours: () => carry(scene, url, count),
      floor: () => floor(scene, url),
    });
    const [{ userS = 0, systemS = 0, wallMs = 1 } = {}] = measured.ours;
    const rate = Math.round((count * 1_000) / wallMs);
    scene.say(
      `${rate} images/s; the processors worked ${userS.toFixed(1)} s for us and ${systemS.toFixed(1)} s for the system`,
    );
    return [
      {
        what: `50,000 images, http to local store (goal ${goalPerSecond}/s)`,
        unit: 's',
        ours: scaled(spread(measured.ours.map((run) => run.wallMs)), 1 / 1_000),
        beside: floorOf(measured.floor),
        goal: count / goalPerSecond,
      },
      await memoryRow(scene, measured.ours),
    ];
  },
};

interface Carried extends ProcessNote {
  readonly wallMs: number;
}

let folders = 0;

// Every round has a project of its own: files made where others were just removed cost several times as much.
async function carry(scene: Scene, url: string, count: number): Promise<Carried> {
  const project = scene.project(`dogs-${folders++}`, ['plugin-dogs']);
  writeFileSync(
    project.path('runner.yaml'),
    `plugins: ['@dataset-runner/plugin-dogs']\nnetwork: { allowHosts: [127.0.0.1] }\n`,
  );
  await project.runner(['tasks']);
  settleDisk();
  const noteFile = project.path('process.json');
  const archives = JSON.stringify([{ name: 'images', url }]);
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(noteProcess).href}`, BENCH_PROCESS_NOTE: noteFile };
  const { wallMs, stdout } = await project.runner(
    ['run', 'dogs:stanford', '--out', './out', '--archives', archives, '--json'],
    { env },
  );
  const { result } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly result: { readonly images: number };
  };
  if (result.images !== count) throw new Error(`dogs:stanford carried ${result.images} images instead of ${count}`);
  return { wallMs, ...(JSON.parse(readFileSync(noteFile, 'utf8')) as ProcessNote) };
}

async function floor(scene: Scene, url: string): Promise<number | undefined> {
  const folder = scene.folder(`dogs-floor-${folders++}`);
  try {
    for (const program of ['curl', 'tar']) await timeChild(program, ['--version']);
  } catch (error) {
    if (error instanceof NotInstalled) return undefined;
    throw error;
  }
  settleDisk();
  return (await timeChild('sh', [floorScript, url, folder])).wallMs;
}

// What the round before wrote is on its way to the disk; neither side is to wait for the other's.
function settleDisk(): void {
  if (process.platform !== 'win32') execFileSync('sync');
}

function floorOf(measured: readonly (number | undefined)[]): Beside {
  const known = measured.filter((ms) => ms !== undefined);
  if (known.length === 0) return { kind: 'floor', name: 'curl or tar is not installed' };
  return { kind: 'floor', name: 'curl | tar x', value: scaled(spread(known), 1 / 1_000) };
}

/** 2.5 GB that lie on no disk of ours before they are carried. */
async function memoryRow(scene: Scene, small: readonly Carried[]): Promise<Row> {
  const count = scene.items(25_000);
  scene.say(`a tar of ${count} files of 100 kB`);
  const server = spawn(process.execPath, ['--conditions=source', tarServer, String(count), '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  try {
    const { peakMb } = await carry(scene, String(line).trim(), count);
    const value = spread(small.map((run) => run.peakMb));
    return {
      what: '2.5 GB archive, peak memory',
      unit: 'MB',
      ours: spread([peakMb]),
      beside: { kind: 'floor', name: 'ours with 0.3 GB', value },
      goal: goalPeakMb,
    };
  } finally {
    server.kill();
  }
}
