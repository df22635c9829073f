import { defineStep } from '@dataset-runner/core/plugin';
import { type MachineSpec, openMachine } from '../compute/open-machine.ts';

/** Starts the machine to train on; register `stopMachine` with `atEnd` before this. */
export const startMachine = defineStep({
  name: 'start-machine',
  cache: false,
  retries: 0,
  async work(spec: MachineSpec, tools) {
    await openMachine(spec, tools).start();
    return { name: spec.name };
  },
});
