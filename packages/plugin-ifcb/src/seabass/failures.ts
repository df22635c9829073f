import { defineFailures } from '@dataset-runner/core/plugin';

/** What the checker of SeaBASS files throws. */
export const seabassFailures = defineFailures('ifcb', {
  'seabass-invalid': {
    about: 'A SeaBASS file breaks rules that NASA holds; `findings.csv` has each with its line.',
    message: (of: { readonly first: string; readonly others: number }) =>
      `${of.first}${of.others === 0 ? '' : ` (and ${of.others} more errors)`}`,
  },
  'seabass-none': {
    about: 'A place that should hold SeaBASS files has none.',
    message: (of: { readonly place: string }) => `${of.place} has no .sb files`,
  },
});
