import { existsSync } from 'node:fs';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { type MachineSpec, openMachine } from '../compute/open-machine.ts';
import { diatomFailures } from '../failures.ts';

/** All a training depends on, and the machine it happens on. */
export interface Training {
  readonly machine: MachineSpec;
  /** Digest over the set, the scripts and the settings: what this training is of. */
  readonly wanted: string;
  readonly set: FileRef;
  readonly train: FileRef;
  readonly test: FileRef;
  readonly python: string;
  readonly trainArgs: readonly string[];
  /** File names. */
  readonly model: string;
  readonly evaluation: string;
}

/** What `training.json` says beside a model; from it a later run knows that nothing has to be trained. */
export interface TrainingRecord {
  readonly wanted: string;
  readonly files: { readonly [name: string]: { readonly size: number; readonly digest: string } };
}

export const trainingFile = 'training.json';

/** Sends the set and the scripts, runs them, brings back the model and its evaluation. */
export const trainModel = defineStep({
  name: 'train-model',
  // Whether it is needed was decided before the machine was started.
  cache: false,
  retries: 0,
  async work(item: Training, { output, localPath, log, signal }) {
    const machine = openMachine(item.machine, { log, signal });
    await machine.send(await localPath(item.set), 'set.zip');
    await machine.send(await localPath(item.train), 'train.py');
    await machine.send(await localPath(item.test), 'test.py');
    await machine.run([item.python, '-m', 'zipfile', '-e', 'set.zip', 'set']);
    const { model, evaluation } = item;
    await machine.run([item.python, 'train.py', '--data', 'set/results/train', '--model', model, ...item.trainArgs]);
    await machine.run([item.python, 'test.py', '--data', 'set/results/test', '--model', model, '--out', evaluation]);
    const files: Record<string, { readonly size: number; readonly digest: string }> = {};
    const fetched: FileRef[] = [];
    for (const name of [model, evaluation]) {
      const path = await output.path(name);
      await machine.fetch(name, path);
      // A command may well end with 0 and bring nothing.
      if (!existsSync(path)) throw diatomFailures['file-missing']({ place: item.machine.name, name });
      const file = await output.wrote(name);
      files[name] = { size: file.size, digest: file.digest! };
      fetched.push(file);
    }
    const record: TrainingRecord = { wanted: item.wanted, files };
    await output.write(trainingFile, `${JSON.stringify(record, undefined, 2)}\n`);
    return { model: fetched[0]!, evaluation: fetched[1]! };
  },
});
