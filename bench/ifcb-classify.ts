import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeIfcbImages } from './fixtures/ifcb-images.ts';
import { writeUtopiaCnn } from './fixtures/utopia-cnn.ts';
import type { Bench, Scene } from './support/bench.ts';
import { type BusyTime, busyTime, profileInto } from './support/busy-time.ts';
import type { Row } from './support/row.ts';
import { inTurn, type Spread, spread } from './support/spread.ts';

/** Of all busy time, what is not the model's own run may take this share. */
const goalShare = 0.1;
/** Published for the pipeline this replaces: 4 hours for a million images, on its own machine. */
const publishedUs = (4 * 3_600_000_000) / 1e6;

/** PNGs to classes with the ten-class network: what decoding, preparing and recording cost beside the model's own run. */
export const ifcbClassify: Bench = {
  name: 'ifcb-classify',
  async run(scene) {
    const count = Math.max(4_000, scene.items(20_000));
    scene.say(`${count} images of 13,000 pixels and the model, made once`);
    const model = await writeUtopiaCnn(join(scene.folder('ifcb-model'), 'cnn'));
    const images = scene.folder('ifcb-images');
    writeIfcbImages(images, count);
    scene.say('and classified');
    const { ours } = await inTurn(scene.rounds(3), { ours: () => classify(scene, images, model, count) });
    // Both from one run: a busy machine slows them alike, and the ratio holds.
    const perImage = (of: (run: Used) => number): Spread => spread(ours.map((run) => (of(run) * 1_000) / count));
    const session = perImage(({ insideMs }) => insideMs);
    return [
      {
        what: `PNG to class, busy time of all threads (goal: ${goalShare * 100} % of it outside the model)`,
        unit: 'us/item',
        ours: perImage(({ busyMs }) => busyMs),
        beside: { kind: 'floor', name: 'session.run in the same run', value: session },
        goal: session.median / (1 - goalShare),
      },
      {
        what: 'PNG to class, two cores',
        unit: 'us/item',
        ours: perImage(({ wallMs }) => wallMs),
        beside: { kind: 'rival', name: 'as published: 4 h a million', value: spread([publishedUs]) },
      },
    ] satisfies Row[];
  },
};

interface Used extends BusyTime {
  readonly wallMs: number;
}

let projects = 0;

async function classify(scene: Scene, images: string, model: string, count: number): Promise<Used> {
  const project = scene.project(`ifcb-classify-${projects++}`, ['plugin-ifcb']);
  writeFileSync(project.path('runner.yaml'), `plugins: ['@dataset-runner/plugin-ifcb']\n`);
  await project.runner(['tasks']);
  const profiles = project.path('profiles');
  mkdirSync(profiles);
  const args = ['run', 'ifcb:classify', images, '--model', model, '--out', './out', '--json'];
  const { wallMs, stdout } = await project.runner(args, { env: { NODE_OPTIONS: profileInto(profiles) } });
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly result: { readonly images: number };
  };
  if (report.result.images !== count) throw new Error(`${report.result.images} of ${count} images were classified`);
  return { wallMs, ...busyTime(profiles, 'onnxruntime-node/dist/backend.js') };
}
