import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong between here and a database. */
export const pivotFailures = defineFailures('ifcb', {
  'pivot-address': {
    about: 'The address of a database is none, or holds a password.',
    message: (of: { readonly why: string }) => of.why,
    hint: () =>
      'sqlite:./pivot.db, postgres://user@host:5432/pivot or sqlserver://user@host/pivot. A password is the secret `ifcb-pivot-password`.',
  },
  'pivot-refused': {
    about: 'The database does not do what it is asked.',
    message: (of: { readonly database: string; readonly why: string }) => `${of.database}: ${of.why}`,
  },
  'pivot-model': {
    about: 'The database has a model of that name with other classes.',
    message: (of: { readonly model: string; readonly known: string; readonly given: string }) =>
      `the model '${of.model}' has the classes ${of.known} in the database, and the predictions are of ${of.given}`,
    hint: () => 'Another model needs another name: --model.',
  },
  'pivot-busy': {
    about: 'The database cannot be reached now, or another program holds it.',
    message: (of: { readonly database: string; readonly why: string }) => `${of.database}: ${of.why}`,
    hint: () => 'See that its server runs and takes connections from here, and that no other program has it locked.',
    transient: true,
  },
});
