import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fuseBoxes } from '../packages/plugin-yolo/src/label/fuse.ts';
import { readManifest } from '../packages/plugin-yolo/src/manifest.ts';
import { readVinBigData } from '../packages/plugin-yolo/src/read/vinbigdata.ts';
import { checkBoxes } from '../packages/plugin-yolo/src/validate/check-boxes.ts';
import { readLabel } from '../packages/plugin-yolo/src/validate/read-label.ts';
import { madeSet } from '../packages/plugin-yolo/test/support/made-set.ts';
import type { Bench, Scene } from './support/bench.ts';
import type { Project } from './support/project.ts';
import { fuseWithEnsembleBoxes } from './support/rival-fusion.ts';
import type { Row } from './support/row.ts';
import { inTurn, scaled, spread } from './support/spread.ts';

/** Findings of 15,000 images: read, fused, written as labels, divided, checked, reported. No image is looked at. */
export const yolo: Bench = {
  name: 'yolo',
  async run(scene) {
    const images = scene.items(15_000);
    scene.say(`the findings of ${images} images`);
    const { findings, sizes } = madeSet(images);
    return [...(await writing(scene, findings, sizes)), ...(await thinking(scene, findings, sizes))];
  },
};

/** Through the whole program, beside a bare Node that writes the same files. */
async function writing(scene: Scene, findings: string, sizes: string): Promise<Row[]> {
  let folders = 0;
  const project = async (): Promise<Project> => {
    const made = scene.project(`yolo-${folders++}`, ['plugin-yolo']);
    writeFileSync(made.path('train.csv'), findings);
    writeFileSync(made.path('train_meta.csv'), sizes);
    await made.runner(['tasks']);
    return made;
  };
  const convert = [
    'run',
    'yolo:convert',
    '--annotations',
    './train.csv',
    '--sizes',
    './train_meta.csv',
    '--out',
    './set',
  ];
  const split = ['run', 'yolo:split', '--set', './set', '--out', './split', '--layout', 'none'];
  const report = ['run', 'yolo:report', '--set', './set', '--splits', './split/splits.csv', '--out', './report'];
  let fused = '';
  let separate = '';
  let divided: Project | undefined;
  const measured = await inTurn(scene.rounds(3), {
    fuse: async () => {
      const own = await project();
      fused = own.path('set', 'labels');
      divided = own;
      return (await own.runner(convert)).wallMs + (await own.runner(split)).wallMs;
    },
    fuseFloor: async () => bareWrites(fused, scene.folder(`bare-${folders++}`)),
    report: async () => (await divided!.runner(report)).wallMs,
    reportFloor: async () => timed(() => readManifest(readFileSync(divided!.path('set', 'manifest.jsonl'), 'utf8'))),
    separate: async () => {
      const own = await project();
      separate = own.path('set', 'labels');
      return (await own.runner([...convert, '--raters', 'separate'])).wallMs;
    },
    separateFloor: async () => bareWrites(separate, scene.folder(`bare-${folders++}`)),
  });
  const inSeconds = (ms: readonly number[]) => scaled(spread(ms), 1 / 1_000);
  const floor = { kind: 'floor', name: 'bare Node writes the same labels' } as const;
  const separateFloor = inSeconds(measured.separateFloor);
  return [
    {
      what: '15,000 images, convert (fuse) and split',
      unit: 's',
      ours: inSeconds(measured.fuse),
      beside: { ...floor, value: inSeconds(measured.fuseFloor) },
      goal: 2,
    },
    {
      what: '15,000 images, report',
      unit: 's',
      ours: inSeconds(measured.report),
      beside: { kind: 'floor', name: 'read the manifest', value: inSeconds(measured.reportFloor) },
      goal: 10,
    },
    {
      what: '45,000 labels, convert (separate) (goal 1.5x)',
      unit: 's',
      ours: inSeconds(measured.separate),
      beside: { ...floor, value: separateFloor },
      goal: separateFloor.median * 1.5,
    },
  ];
}

function bareWrites(from: string, to: string): number {
  const files = readdirSync(from).map((name) => [join(to, 'labels', name), readFileSync(join(from, name))] as const);
  const startMs = performance.now();
  mkdirSync(dirname(files[0]![0]), { recursive: true });
  for (const [path, bytes] of files) writeFileSync(path, bytes);
  return performance.now() - startMs;
}

/** What one core does, without the program around it. */
async function thinking(scene: Scene, findings: string, sizes: string): Promise<Row[]> {
  const options = { file: 'train.csv', onBadRow: 'error', markOrder: 'canonical', noFinding: 'No finding' } as const;
  const { images } = readVinBigData(findings, sizes, options);
  const folder = scene.folder('labels-to-check');
  const line = '3 0.563462 0.686216 0.462500 0.195205';
  const texts = images.map(({ marks }) => marks.map((_, place) => `${line.slice(0, -1)}${place % 10}`).join('\n'));
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.txt`), text);
  const paths = texts.map((_, index) => join(folder, `${index}.txt`));
  const measured = await inTurn(scene.rounds(5), {
    fuse: async () => timed(() => images.flatMap(({ marks }) => fuseBoxes(marks, 0.4))),
    read: async () => timed(() => readVinBigData(findings, sizes, options)),
    check: async () =>
      timed(() =>
        paths.map((file) => {
          const { rows, findings: found } = readLabel(readFileSync(file), { file, classCount: 14 });
          return [found, checkBoxes(rows, file)];
        }),
      ),
    readLabels: async () => timed(() => paths.map((file) => readFileSync(file))),
  });
  const perFile = 1_000 / paths.length;
  const rival = fuseWithEnsembleBoxes(images, { iou: 0.4, rounds: scene.rounds(5) });
  if (typeof rival !== 'string')
    scene.say(`${rival.count} fused boxes there, ${images.flatMap(({ marks }) => fuseBoxes(marks, 0.4)).length} here`);
  return [
    {
      what: 'fuse the boxes of 15,000 images',
      unit: 'ms',
      ours: spread(measured.fuse),
      beside: { kind: 'floor', name: 'read them from their CSV', value: spread(measured.read) },
      goal: 2_000,
    },
    {
      what: 'fuse the boxes of 15,000 images',
      unit: 'ms',
      ours: spread(measured.fuse),
      beside:
        typeof rival === 'string'
          ? { kind: 'rival', name: rival }
          : { kind: 'rival', name: 'ensemble-boxes 1.0.9, compiled', value: spread(rival.rounds) },
    },
    {
      what: 'check a label file (goal 5,000 a second)',
      unit: 'us/item',
      ours: scaled(spread(measured.check), perFile),
      beside: { kind: 'floor', name: 'read it', value: scaled(spread(measured.readLabels), perFile) },
      goal: 200,
    },
  ];
}

function timed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
