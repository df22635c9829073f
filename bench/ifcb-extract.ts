import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { imagesPerBin, writeBins } from './fixtures/ifcb-bins.ts';
import type { Bench, Scene } from './support/bench.ts';
import { type FloorResult, runFloor } from './support/floor.ts';
import type { ProcessNote } from './support/note-process.ts';
import type { Row } from './support/row.ts';
import { inTurn, type Spread, spread } from './support/spread.ts';

const noteProcess = fileURLToPath(new URL('support/note-process.ts', import.meta.url));
/** 10,000 images a second. */
const goalUs = 100;
/** Of the memory that a tenth of the bins takes. */
const goalGrowth = 1.2;

/**
 * Raw bins to PNGs, beside its two halves alone: encoding the same images, and writing the same files.
 *
 * Encoding is done by zlib, as other programs do it and whatever becomes of our encoder, and by ours.
 */
export const ifcbExtract: Bench = {
  name: 'ifcb-extract',
  async run(scene) {
    const rounds = scene.rounds(3);
    const bins = scene.items(100);
    const few = Math.max(1, Math.round(bins / 10));
    const many = scene.folder('ifcb-many');
    const tenth = scene.folder('ifcb-few');
    writeBins(many, bins);
    writeBins(tenth, few);
    scene.say(`${bins * imagesPerBin} images in ${bins} bins`);
    const measured = await inTurn(rounds, {
      ours: () => extract(scene, many, bins),
      zlib: () => floor(scene, 'zlib', bins),
      encode: () => floor(scene, 'encode', bins),
      write: () => floor(scene, 'write', bins),
      few: () => extract(scene, tenth, few),
    });
    const perImage = (ms: readonly number[]): Spread =>
      spread(ms.map((value) => (value * 1_000) / (bins * imagesPerBin)));
    const ours = perImage(measured.ours.map(({ runMs }) => runMs));
    const zlib = perImage(measured.zlib.map(({ ms }) => ms));
    const encode = perImage(measured.encode.map(({ ms }) => ms));
    const write = perImage(measured.write.map(({ ms }) => ms));
    const bothCpu = measured.encode.map(({ cpuMs = Number.NaN }, round) => cpuMs + (measured.write[round]?.cpuMs ?? 0));
    const row = (name: string, value: Spread, goal: { readonly goal?: number }): Row => ({
      what: 'a bin to PNGs',
      unit: 'us/item',
      ours,
      beside: { kind: 'floor', name, value },
      ...goal,
    });
    const ofSlower = (encoding: Spread): string => (Math.max(encoding.median, write.median) / ours.median).toFixed(2);
    scene.say(
      `${Math.round(1e6 / ours.median)} images/s; ${ofSlower(zlib)} of the slower half alone where zlib encodes, ${ofSlower(encode)} where we do`,
    );
    return [
      row('encoding alone, by zlib', zlib, { goal: goalUs }),
      row('encoding alone', encode, {}),
      row('writing alone', write, {}),
      {
        what: 'a bin to PNGs, processor time',
        unit: 'us/item',
        ours: perImage(measured.ours.map(({ cpuMs }) => cpuMs)),
        beside: { kind: 'floor', name: 'encoding and writing alone', value: perImage(bothCpu) },
      },
      {
        what: 'memory',
        unit: 'MB',
        ours: spread(measured.ours.map(({ peakMb }) => peakMb)),
        beside: { kind: 'floor', name: 'a tenth of the bins', value: spread(measured.few.map(({ peakMb }) => peakMb)) },
        goal: goalGrowth * spread(measured.few.map(({ peakMb }) => peakMb)).median,
      },
    ];
  },
};

interface Extracted {
  readonly runMs: number;
  /** Of all threads, the start of the program included. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

let folders = 0;

async function extract(scene: Scene, raw: string, bins: number): Promise<Extracted> {
  const project = scene.project(`ifcb-${folders++}`, ['plugin-ifcb']);
  writeFileSync(project.path('runner.yaml'), `plugins: ['@dataset-runner/plugin-ifcb']\n`);
  await project.runner(['tasks']);
  settleDisk();
  const noteFile = project.path('process.json');
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(noteProcess).href}`, BENCH_PROCESS_NOTE: noteFile };
  const { stdout } = await project.runner(['run', 'ifcb:extract', raw, '--out', './images', '--json'], { env });
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Report;
  if (report.result.count !== bins * imagesPerBin) throw new Error(`ifcb:extract made ${report.result.count} images`);
  const { peakMb, userS, systemS } = JSON.parse(readFileSync(noteFile, 'utf8')) as ProcessNote;
  return { runMs: report.elapsedMs, cpuMs: (userS + systemS) * 1_000, peakMb };
}

interface Report {
  readonly elapsedMs: number;
  readonly result: { readonly count: number };
}

async function floor(scene: Scene, half: 'encode' | 'zlib' | 'write', bins: number): Promise<FloorResult> {
  const dir = scene.folder(`ifcb-floor-${folders++}`);
  settleDisk();
  return runFloor('ifcbExtract', { half, bins, dir });
}

// What the round before wrote is on its way to the disk; neither side is to wait for the other's.
function settleDisk(): void {
  if (process.platform !== 'win32') execFileSync('sync');
}
