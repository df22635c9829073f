import { defineTask, fail, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { commandSchema, sshSchema } from '../compute/machine-schemas.ts';
import { diatomFailures } from '../failures.ts';
import { resultsFolder } from '../layout.ts';
import { findTraining, nameMachine, readAccuracy, trainingDigest } from '../plan/plan-training.ts';
import { deployModel } from '../steps/deploy-model.ts';
import { packSet } from '../steps/pack-set.ts';
import { startMachine } from '../steps/start-machine.ts';
import { stopMachine } from '../steps/stop-machine.ts';
import { trainModel } from '../steps/train-model.ts';

/** A name on the machine, in the folder where the set and the scripts lie; wrong ones are refused before it costs money. */
const fileName = z
  .string()
  .regex(
    /^(?!(?:set|set\.zip|train\.py|test\.py|training\.json)$)[^-./\\][^/\\]*$/,
    'must be a plain file name, and none of set, set.zip, train.py, test.py and training.json',
  );

/**
 * Training with the promise that no machine is left running.
 *
 * Whether anything has to be trained is decided here and not by the engine's rows, because a machine must not be started,
 * nor stopped, for a model that is up to date.
 */
export const train = defineTask({
  summary: 'Train and test a model on a set, here or on a machine that is started for it and always stopped',
  description:
    'Nothing is started when the set, the scripts and their settings are those of the model that is there. The machine is stopped after success, failure and interruption; after a kill or power cut the next run stops it first.',
  examples: [
    'runner run diatom:train --set ./set --out ./model --train ./train/train.py --test ./train/test.py',
    'runner run diatom:train --compute ssh --ssh ./gpu.yaml --deploy cloud:models',
  ],
  params: z.object({
    set: storeUrl().describe('The set, as diatom:build published it'),
    out: storeUrl().describe('Where the model and its evaluation are kept'),
    train: fileRef().describe('The training script: --data <folder> --model <file>'),
    test: fileRef().describe('The testing script: --data <folder> --model <file> --out <file>'),
    trainArgs: z.array(z.string()).default([]).describe('Further arguments of the training script'),
    python: z.string().default('python3').describe('The Python of the machine'),
    model: fileName.default('model.json').describe('The file the training script writes'),
    evaluation: fileName.default('evaluation.json').describe('The file the testing script writes'),
    compute: z.enum(['local', 'ssh', 'command']).default('local').describe('Where to train'),
    ssh: source(sshSchema).optional().describe('The machine, for --compute ssh'),
    command: source(commandSchema).optional().describe('The commands that drive a machine, for --compute command'),
    deploy: storeUrl().optional().describe('Where the model is put to use'),
  }),
  outputs: z.object({
    model: fileRef(),
    evaluation: fileRef(),
    accuracy: z.number().nullable(),
    trained: z.boolean(),
  }),
  steps: { packSet, startMachine, trainModel, stopMachine, deployModel },

  async run({ params, once, atEnd, store, log }) {
    const { set, out, deploy, python, trainArgs, model, evaluation } = params;
    if (model === evaluation)
      throw fail('usage.invalid', { message: `model and evaluation are both called ${model}; each needs a name` });
    await refuseOwnInput(store, { output: out, input: `${set}/${resultsFolder}` });

    // 1. See what there is to train on, and whether this very training was done before.
    const pictures = await listFiles(await store(set), { prefix: `${resultsFolder}/` });
    if (pictures.length === 0)
      throw diatomFailures['no-pictures']({ place: set, wanted: `${resultsFolder}/train/<species>/` });
    const machine = nameMachine(params);
    const scripts = [params.train, params.test];
    const wanted = await trainingDigest(store, {
      set,
      pictures,
      scripts,
      settings: [python, model, evaluation, ...trainArgs],
    });
    const found = await findTraining(await store(out), wanted, { model, evaluation });
    let made = found;

    if (made === undefined) {
      // 2. Pack the pictures, before a machine that costs money waits for them.
      const listed = pictures.map((file) => ({ key: file.key, path: file.key, file }));
      const zip = await once(packSet, { name: 'set.zip', pictures: listed, more: [] }, { into: 'work:diatom/train' });
      // 3. Promise to stop the machine, then start it.
      await atEnd(stopMachine, machine);
      await once(startMachine, machine);
      // 4. Train and test there, and bring back the model and its evaluation.
      const { train: trainScript, test: testScript } = params;
      made = await once(
        trainModel,
        { machine, wanted, set: zip, train: trainScript, test: testScript, python, trainArgs, model, evaluation },
        { into: out },
      );
    } else log('the model is that of this set, these scripts and these settings: nothing to train');

    // 5. Put the model where it is used.
    if (deploy !== undefined) await once(deployModel, { files: [made.model, made.evaluation] }, { into: deploy });
    return { ...made, accuracy: await readAccuracy(await store(out), evaluation), trained: found === undefined };
  },

  render: ({ model, accuracy, trained }) =>
    `${trained ? 'trained' : 'already trained'}: ${model.store}/${model.key}${accuracy === null ? '' : `, ${(accuracy * 100).toFixed(1)} % of the test pictures named right`}`,
});
