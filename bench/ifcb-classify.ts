import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesPerBin, writeBins } from './fixtures/ifcb-bins.ts';
import { writeIfcbImages } from './fixtures/ifcb-images.ts';
import { writeUtopiaCnn } from './fixtures/utopia-cnn.ts';
import type { Bench, Scene } from './support/bench.ts';
import { type BusyTime, busyTime, profileInto } from './support/busy-time.ts';
import type { Row } from './support/row.ts';
import { type Spread, spread } from './support/spread.ts';

/** Of all busy time, what is not the model's own run may take this share. */
const goalShare = 0.1;
/** Published for the pipeline this replaces: 4 hours for a million images, on its own machine. */
const publishedUs = (4 * 3_600_000_000) / 1e6;

/** Images to classes with the ten-class network: what all but the model's own run costs, from raw bins and from PNGs. */
export const ifcbClassify: Bench = {
  name: 'ifcb-classify',
  async run(scene) {
    const bins = Math.max(4, scene.items(100));
    const count = bins * imagesPerBin;
    scene.say(`${count} images in ${bins} raw bins, as many PNGs and the model, made once`);
    const model = await writeUtopiaCnn(join(scene.folder('ifcb-model'), 'cnn'));
    const [raw, images] = [scene.folder('ifcb-raw'), scene.folder('ifcb-images')];
    writeBins(raw, bins);
    writeIfcbImages(images, count);
    scene.say('and classified');
    // One long round each: starting and warming up are over after the first thousands.
    const fromBins = await classify(scene, ['--bins', raw], model, count);
    const fromImages = await classify(scene, [images], model, count);
    return [...rowsOf('a raw bin to classes', fromBins, count), ...rowsOf('PNGs to classes', fromImages, count)];
  },
};

// Both from one run: a busy machine slows them alike, and the ratio holds.
function rowsOf(what: string, { busyMs, insideMs, wallMs }: Used, count: number): Row[] {
  const perImage = (ms: number): Spread => spread([(ms * 1_000) / count]);
  const session = perImage(insideMs);
  return [
    {
      what: `${what}, busy time of all threads (goal: ${goalShare * 100} % of it outside the model)`,
      unit: 'us/item',
      ours: perImage(busyMs),
      beside: { kind: 'floor', name: 'session.run in the same run', value: session },
      goal: session.median / (1 - goalShare),
    },
    {
      what: `${what}, two cores`,
      unit: 'us/item',
      ours: perImage(wallMs),
      beside: { kind: 'rival', name: 'as published: 4 h a million', value: spread([publishedUs]) },
    },
  ];
}

interface Used extends BusyTime {
  readonly wallMs: number;
}

let projects = 0;

async function classify(scene: Scene, images: readonly string[], model: string, count: number): Promise<Used> {
  const project = scene.project(`ifcb-classify-${projects++}`, ['plugin-ifcb']);
  writeFileSync(project.path('runner.yaml'), `plugins: ['@dataset-runner/plugin-ifcb']\n`);
  await project.runner(['tasks']);
  const profiles = project.path('profiles');
  mkdirSync(profiles);
  const args = ['run', 'ifcb:classify', ...images, '--model', model, '--out', './out', '--json'];
  const { wallMs, stdout } = await project.runner(args, { env: { NODE_OPTIONS: profileInto(profiles) } });
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly result: { readonly images: number };
  };
  if (report.result.images !== count) throw new Error(`${report.result.images} of ${count} images were classified`);
  return { wallMs, ...busyTime(profiles, 'onnxruntime-node/dist/backend.js') };
}
