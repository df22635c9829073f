import { defineStep } from '@dataset-runner/core/plugin';
import { type MachineSpec, openMachine } from '../compute/open-machine.ts';

/** Stops the machine; it may never have started, or be stopped already. */
export const stopMachine = defineStep({
  name: 'stop-machine',
  cache: false,
  async work(spec: MachineSpec, tools) {
    await openMachine(spec, tools).stop();
    return { name: spec.name };
  },
});
