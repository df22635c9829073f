import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { imagesPerBin, writeBins } from './fixtures/ifcb-bins.ts';
import type { Bench, Scene } from './support/bench.ts';
import { runFloor } from './support/floor.ts';
import type { ProcessNote } from './support/note-process.ts';
import type { Row } from './support/row.ts';
import { inTurn, type Spread, spread } from './support/spread.ts';

const noteProcess = fileURLToPath(new URL('support/note-process.ts', import.meta.url));
/** 200 images a second on one core. */
const goalUs = 5_000;

/** Raw bins to features, beside the transforms alone; processor time of all threads, so that neighbours matter less. */
export const ifcbFeatures: Bench = {
  name: 'ifcb-features',
  async run(scene) {
    const bins = Math.max(1, Math.round(scene.items(200) / 100));
    const raw = scene.folder('ifcb-measured');
    writeBins(raw, bins);
    const images = bins * imagesPerBin;
    scene.say(`${images} images in ${bins} bins`);
    const perImage = (ms: readonly number[]): Spread => spread(ms.map((value) => (value * 1_000) / images));
    const { ours, alone } = await inTurn(scene.rounds(3), {
      ours: () => measure(scene, raw, images),
      alone: async () => (await runFloor('ifcbFeatures', { images })).cpuMs ?? Number.NaN,
    });
    const all = perImage(ours);
    scene.say(`${Math.round(1e6 / all.median)} images/s on a core`);
    return [
      {
        what: 'an image to features, processor time',
        unit: 'us/item',
        ours: all,
        beside: { kind: 'floor', name: 'transforms alone', value: perImage(alone) },
        goal: goalUs,
      },
    ] satisfies Row[];
  },
};

let projects = 0;

/** Milliseconds of processor time, the start of the program included. */
async function measure(scene: Scene, raw: string, images: number): Promise<number> {
  const project = scene.project(`ifcb-features-${projects++}`, ['plugin-ifcb']);
  writeFileSync(project.path('runner.yaml'), `plugins: ['@dataset-runner/plugin-ifcb']\n`);
  await project.runner(['tasks']);
  const noteFile = project.path('process.json');
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(noteProcess).href}`, BENCH_PROCESS_NOTE: noteFile };
  const { stdout } = await project.runner(['run', 'ifcb:features', raw, '--out', './features', '--json'], { env });
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly outcome: string;
    readonly result: { readonly images?: number };
  };
  if (report.outcome !== 'ok') throw new Error(`ifcb:features of ${images} images ended ${report.outcome}`);
  const { userS, systemS } = JSON.parse(readFileSync(noteFile, 'utf8')) as ProcessNote;
  return (userS + systemS) * 1_000;
}
