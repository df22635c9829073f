import { defineFailures } from '@dataset-runner/core/plugin';

/** What the checker of SeaBASS files throws. */
export const seabassFailures = defineFailures('ifcb', {
  'seabass-errors': {
    about: 'SeaBASS files break rules that NASA holds; each is named with file and line.',
    message: (of: {
      readonly files: number;
      readonly errors: number;
      readonly first: readonly string[];
      readonly table: string;
    }) => `${of.errors} errors in ${of.files} files, all in ${of.table}:\n${of.first.join('\n')}`,
  },
  'seabass-none': {
    about: 'A place that should hold SeaBASS files has none.',
    message: (of: { readonly place: string }) => `${of.place} has no .sb files`,
  },
});
