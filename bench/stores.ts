import { mkdirSync, openSync, closeSync, writeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeKinds, type PlaceKind, type ServedPlace } from '../scripts/servers/places.ts';
import { prepareRclone } from '../scripts/servers/rclone.ts';
import type { Bench, Scene } from './support/bench.ts';
import type { Beside, Row } from './support/row.ts';
import { inTurn, scaled, type Spread, spread } from './support/spread.ts';
import { type Measured, StoreScene } from './support/store-scene.ts';

const smallBytes = 6_000;
const smallFiles = 10_000;
const largeBytes = 1_000_000_000;
const listedFiles = 5_000;
/** Of rclone's time. */
const [smallRatio, largeRatio] = [1.0, 1.2];
/** Of the time that listing the service alone takes. */
const noOpRatio = 1.3;
const memoryMb = 250;

/** Copies to and from each real server that is there, beside rclone; and a sync that finds nothing to do. */
export const stores: readonly Bench[] = placeKinds.map((kind) => ({
  name: `stores-${kind.name.split(' ')[0]?.toLowerCase()}`,
  async run(scene) {
    const why = await kind.prepare();
    if (why !== undefined) {
      scene.say(`${kind.name} is left out: ${why}`);
      return [];
    }
    const missing = await prepareRclone();
    if (missing !== undefined) scene.say(`rclone: ${missing}`);
    return measure(scene, kind, missing);
  },
}));

async function measure(scene: Scene, kind: PlaceKind, missing: string | undefined): Promise<Row[]> {
  const place = await kind.start();
  try {
    const at = new StoreScene(scene, kind.name, place, { rival: missing === undefined });
    scene.say(`${kind.name}: small files`);
    const files = scene.items(smallFiles);
    const few = { what: `${files} files of 6 kB`, ratio: smallRatio, fill: (dir: string) => writeSmall(dir, files) };
    // Where a server is slow in itself, more uploads of so many files would take an hour.
    const uploads = scene.rounds(kind.slow === true ? 1 : 3);
    const small = await copies(at, scene, { size: 'small', uploads, ...few }, missing);
    scene.say(`${kind.name}: a large file`);
    const bytes = scene.items(largeBytes);
    const one = { what: `one of ${bytes / 1e6} MB`, ratio: largeRatio, fill: (dir: string) => writeLarge(dir, bytes) };
    const large = await copies(at, scene, { size: 'large', uploads: scene.rounds(3), ...one }, missing);
    scene.say(`${kind.name}: listings`);
    const listing = place.url === undefined ? [] : [await requestsRow(at, scene, kind.name, place.url, missing)];
    // Elsewhere so many files would take an hour to get there.
    const isSoonFilled = place.folder !== undefined || kind.name.startsWith('Ceph');
    const noOp = isSoonFilled ? await noOpRows(at, scene, place, missing) : [];
    return [...small, ...large, ...listing, ...noOp];
  } catch (error) {
    // One server that fails must not take the figures of the others with it.
    scene.say(`${kind.name} failed: ${String(error).slice(0, 2_000)}`);
    return [];
  } finally {
    await place.stop();
  }
}

interface Sample {
  readonly size: 'small' | 'large';
  /** Rounds of them. */
  readonly uploads: number;
  /** As the table names it. */
  readonly what: string;
  /** The goal, of rclone's time. */
  readonly ratio: number;
  readonly fill: (dir: string) => void;
}

async function copies(
  at: StoreScene,
  scene: Scene,
  { size, uploads, what, ratio, fill }: Sample,
  missing: string | undefined,
): Promise<Row[]> {
  const source = scene.folder(`${at.name}-${size}`);
  fill(source);
  const up = await inTurn(uploads, {
    ours: (round) => at.ours('sync', source, at.remote(`${size}-${round}`)),
    rival: (round) => at.rclone('copy', source, at.rcloneRemote(`r${size}-${round}`)),
  });
  const down = await inTurn(scene.rounds(3), {
    ours: (round) => at.ours('sync', at.remote(`${size}-0`), join(source, `../${at.name}-${size}-down-${round}`)),
    rival: (round) =>
      at.rclone('copy', at.rcloneRemote(`r${size}-0`), join(source, `../${at.name}-${size}-rdown-${round}`)),
  });
  return [
    timeRow(`${at.name}: ${what} up`, up, ratio, missing),
    timeRow(`${at.name}: ${what} down`, down, ratio, missing),
    memoryRow(`${at.name}: ${what}, peak memory`, [...up.ours, ...down.ours]),
  ];
}

interface Both {
  readonly ours: readonly Measured[];
  readonly rival: readonly (Pick<Measured, 'wallMs'> | undefined)[];
}

function timeRow(what: string, { ours, rival }: Both, ratio: number, missing: string | undefined): Row {
  const known = rival.filter((one) => one !== undefined);
  const value = known.length === 0 ? undefined : inSeconds(known);
  const beside: Beside = {
    kind: 'rival',
    ...(value === undefined ? { name: missing ?? 'rclone failed' } : { name: 'rclone 1.75', value }),
  };
  return {
    what,
    unit: 's',
    ours: inSeconds(ours),
    beside,
    ...(value === undefined ? {} : { goal: value.median * ratio }),
  };
}

function memoryRow(what: string, ours: readonly Measured[]): Row {
  const beside: Beside = { kind: 'rival', name: 'rclone (not measured)' };
  return { what, unit: 'MB', ours: spread(ours.map(({ peakMb }) => peakMb)), beside, goal: memoryMb };
}

async function requestsRow(
  at: StoreScene,
  scene: Scene,
  name: string,
  url: string,
  missing: string | undefined,
): Promise<Row> {
  const source = scene.folder(`${name}-listed`);
  const files = scene.items(listedFiles);
  writeSmall(source, files, { folders: 1, sizeBytes: 10 });
  await at.ours('sync', source, at.remote('listed'));
  const ours = await at.requests(url, (through) => through.ours('ls', at.remote('listed'), '--recursive', '--json'));
  const rival = await at.requests(url, (through) =>
    through.rclone('lsf', '--recursive', '--files-only', at.rcloneRemote('listed', 'ours')),
  );
  const beside: Beside =
    rival === undefined
      ? { kind: 'rival', name: missing ?? 'rclone failed' }
      : { kind: 'rival', name: 'rclone 1.75', value: spread([rival]) };
  return { what: `${name}: listing ${files} files`, unit: 'requests', ours: spread([ours ?? Number.NaN]), beside };
}

async function noOpRows(
  at: StoreScene,
  scene: Scene,
  place: ServedPlace,
  missing: string | undefined,
): Promise<readonly Row[]> {
  const files = scene.items(100_000);
  const source = scene.folder(`${at.name}-many`);
  const shape = { folders: 100, sizeBytes: 10 };
  writeSmall(source, files, shape);
  // What comes second is younger, as a copy is.
  if (place.folder === undefined) await at.ours('sync', source, at.remote('many'));
  else at.fill(place.folder, 'many', (dir) => writeSmall(dir, files, shape));
  const there = at.rcloneRemote('many', 'ours');
  const measured = await inTurn(scene.rounds(3), {
    ours: () => at.ours('sync', source, at.remote('many'), { says: '"copied":0' }),
    list: () => at.ours('ls', at.remote('many'), '--recursive', '--json'),
    // By size alone: most services have no place for the time of a file that rclone did not put there.
    rival: () => at.rclone('sync', '--dry-run', '--size-only', source, there),
  });
  const what = `${at.name}: sync of ${files} files with nothing to do`;
  const listing = inSeconds(measured.list);
  const floor = { kind: 'floor', name: 'listing the service alone', value: listing } as const;
  return [
    { what, unit: 's', ours: inSeconds(measured.ours), beside: floor, goal: listing.median * noOpRatio },
    timeRow(what, measured, 1, missing),
  ];
}

function inSeconds(runs: readonly Pick<Measured, 'wallMs'>[]): Spread {
  return scaled(spread(runs.map(({ wallMs }) => wallMs)), 1 / 1_000);
}

function writeSmall(dir: string, files: number, { folders = 20, sizeBytes = smallBytes } = {}): void {
  for (let i = 0; i < folders; i++) mkdirSync(join(dir, `d${i}`), { recursive: true });
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0; i < files; i++) {
    bytes.write(`${i} `.repeat(3), 0, 'latin1');
    writeFileSync(join(dir, `d${i % folders}`, `picture-${i}.png`), bytes);
  }
}

function writeLarge(dir: string, sizeBytes: number): void {
  const file = openSync(join(dir, 'train.zip'), 'w');
  const piece = Buffer.alloc(1_000_000, 'plankton');
  for (let written = 0; written < sizeBytes; written += piece.length)
    writeSync(file, piece.subarray(0, Math.min(piece.length, sizeBytes - written)));
  closeSync(file);
}
