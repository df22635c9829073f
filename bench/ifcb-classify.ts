import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeIfcbImages } from './fixtures/ifcb-images.ts';
import { writeUtopiaCnn } from './fixtures/utopia-cnn.ts';
import type { Bench, Scene } from './support/bench.ts';
import type { ProcessNote } from './support/note-process.ts';
import type { Row } from './support/row.ts';
import { inTurn, type Spread, spread } from './support/spread.ts';
import { timeChild } from './support/timed-child.ts';

const floorProgram = fileURLToPath(new URL('floors/onnx-run.ts', import.meta.url));
const noteProcess = fileURLToPath(new URL('support/note-process.ts', import.meta.url));
/** All that is not the model's own run may add this much to it. */
const goalRatio = 1.1;
/** Published for the pipeline this replaces: 4 hours for a million images, on its own machine. */
const publishedMs = (4 * 3_600_000) / 1e6;
const batch = 16;

/** PNGs to classes with the ten-class network, beside its session alone: what decoding, preparing and recording cost. */
export const ifcbClassify: Bench = {
  name: 'ifcb-classify',
  async run(scene) {
    const rounds = scene.rounds(3);
    const count = Math.max(2_000, scene.items(20_000));
    const few = count / 2;
    scene.say(`${count} images of 13,000 pixels and the model, made once`);
    const model = await writeUtopiaCnn(join(scene.folder('ifcb-model'), 'cnn'));
    const folders = [few, count].map((images) => {
      const dir = scene.folder(`ifcb-images-${images}`);
      writeIfcbImages(dir, images);
      return dir;
    }) as [string, string];
    scene.say('classified, and the session alone');
    const measured = await inTurn(rounds, {
      few: () => classify(scene, folders[0], model, few),
      ours: () => classify(scene, folders[1], model, count),
      floor: () => sessionAlone(model, count),
    });
    // The difference of two sizes: what starting and loading cost is in neither.
    const perImage = (of: (run: Used) => number): Spread =>
      spread(measured.ours.map((run, round) => ((of(run) - of(measured.few[round]!)) * 1_000) / (count - few)));
    const floorOf = (of: (run: Used) => number): Spread =>
      spread(measured.floor.map((run) => (of(run) * 1_000) / count));
    const rows: readonly (readonly [string, (run: Used) => number])[] = [
      ['PNG to class, processor time', ({ cpuMs }) => cpuMs],
      ['PNG to class, two cores', ({ wallMs }) => wallMs],
    ];
    return [
      ...rows.map(([what, of]): Row => {
        const value = floorOf(of);
        const beside = { kind: 'floor', name: 'session.run in two threads', value } as const;
        return {
          what: `${what} (goal ${goalRatio}x)`,
          unit: 'us/item',
          ours: perImage(of),
          beside,
          goal: value.median * goalRatio,
        };
      }),
      {
        what: 'PNG to class, two cores',
        unit: 'us/item',
        ours: perImage(({ wallMs }) => wallMs),
        beside: { kind: 'rival', name: 'as published: 4 h a million', value: spread([publishedMs * 1_000]) },
      },
    ];
  },
};

interface Used {
  readonly wallMs: number;
  readonly cpuMs: number;
}

let projects = 0;

async function classify(scene: Scene, images: string, model: string, count: number): Promise<Used> {
  const project = scene.project(`ifcb-classify-${projects++}`, ['plugin-ifcb']);
  writeFileSync(project.path('runner.yaml'), `plugins: ['@dataset-runner/plugin-ifcb']\n`);
  await project.runner(['tasks']);
  const noteFile = project.path('process.json');
  const args = ['run', 'ifcb:classify', images, '--model', model, '--out', './out', '--batch', `${batch}`, '--json'];
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(noteProcess).href}`, BENCH_PROCESS_NOTE: noteFile };
  const { wallMs, stdout } = await project.runner(args, { env });
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly result: { readonly images: number };
  };
  if (report.result.images !== count) throw new Error(`${report.result.images} of ${count} images were classified`);
  const { userS, systemS } = JSON.parse(readFileSync(noteFile, 'utf8')) as ProcessNote;
  return { wallMs, cpuMs: (userS + systemS) * 1_000 };
}

async function sessionAlone(model: string, images: number): Promise<Used> {
  const input = { model, images, batch, side: 128 };
  const { stdout } = await timeChild(process.execPath, [floorProgram, JSON.stringify(input)]);
  const { ms, cpuS } = JSON.parse(stdout) as { readonly ms: number; readonly cpuS: number };
  return { wallMs: ms, cpuMs: cpuS * 1_000 };
}
