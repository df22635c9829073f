import { defineStep } from '@dataset-runner/core/plugin';
import { yoloFailures } from '../failures.ts';

/** Fails when a set has errors: a step of its own, so that the reports are there already. */
export const refuseSet = defineStep({
  name: 'refuse-set',
  cache: false,
  async work({
    errors,
    warnings,
    first,
    strict,
  }: {
    readonly errors: number;
    readonly warnings: number;
    readonly first: string;
    readonly strict: boolean;
  }) {
    if (errors > 0 || (strict && warnings > 0)) throw yoloFailures['set-invalid']({ errors, warnings, first });
    return {};
  },
});
