import { defineFailures } from '@dataset-runner/core/plugin';

/** What can be wrong with the items of a leak search. */
export const leakFailures = defineFailures('leaks', {
  'hash-invalid': {
    about: 'A perceptual hash is not 16 hex digits.',
    message: (of: { readonly key: string; readonly found: string }) =>
      `the perceptual hash of '${of.key}' is '${of.found}', not 16 hex digits`,
    hint: () => 'Make it with phash(), or write a 64-bit number as 16 hex digits with leading zeros.',
  },
});
