import { defineFailures } from '@dataset-runner/core/plugin';

/** What can be wrong with what is published: tables that do not fit together, and facts that are not there. */
export const publishFailures = defineFailures('ifcb', {
  'no-tables': {
    about: 'A place that should hold features has none.',
    message: (of: { readonly place: string }) =>
      `${of.place} has neither <bin>_features_v4.csv, <bin>_fea_v4.csv nor <bin>_ml.csv`,
    hint: () => 'ifcb:features writes them.',
  },
  'metadata-column': {
    about: 'A table lacks a column that must be there, under any of its names.',
    message: (of: { readonly file: string; readonly wanted: readonly string[]; readonly found: readonly string[] }) =>
      otherSeparator(of) ?? `${of.file} has no column ${of.wanted.join(' or ')}; it has ${of.found.join(', ')}`,
  },
  'metadata-value': {
    about: 'A cell of a table holds a text where a number or a time must be, or a place that is not on earth.',
    message: (of: { readonly file: string; readonly line: number; readonly column: string; readonly value: string }) =>
      `${of.file}, line ${of.line}: ${of.column} is '${of.value}'`,
  },
  'metadata-date': {
    about: 'A date of a table may be two days, because nothing tells which of its numbers is the month.',
    message: (of: {
      readonly file: string;
      readonly line: number;
      readonly column: string;
      readonly value: string;
      readonly why: string;
    }) => `${of.file}, line ${of.line}: ${of.column} is '${of.value}': ${of.why}`,
    hint: () =>
      'Write dates as 2024-01-31, or, where the year has four digits, say the order with --dates day-first or --dates month-first.',
  },
  'metadata-missing': {
    about: 'A file of a bin must say where it was taken and how much water was seen, and no table tells.',
    message: (of: { readonly bin: string; readonly what: string }) => `nothing tells the ${of.what} of ${of.bin}`,
    hint: () =>
      'Give --metadata: qc.csv of ifcb:qc knows the volumes, metadata.csv of ifcb:metadata joins positions to it.',
  },
  'picture-missing': {
    about: 'An image that a table of features names has no picture among the images.',
    message: (of: { readonly bin: string; readonly image: string }) => `no picture of ${of.bin} is called ${of.image}`,
    hint: () => 'Name the place of all pictures with --images; ifcb:extract makes them.',
  },
  'class-missing': {
    about: 'An image has no class, or no score of a class, in the table of predictions.',
    message: (of: { readonly bin: string; readonly what: string }) => `nothing tells the ${of.what} of ${of.bin}`,
    hint: () =>
      'The table of predictions must have a row for each image, with a score of each class; ifcb:classify writes it so.',
  },
  'features-invalid': {
    about: 'A table of features has a row that cannot be used.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}, line ${of.line}: ${of.why}`,
  },
  'ml-rows': {
    about: 'The images beside a `<bin>_ml.csv` are not as many as its rows, so no row can be given to an image.',
    message: (of: { readonly file: string; readonly rows: number; readonly images: number }) =>
      `${of.file} has ${of.rows} rows, and there are ${of.images} images beside it`,
    hint: () => 'That table does not name its images. ifcb:features on the raw bins does.',
  },
  'predictions-scattered': {
    about: 'The rows of one bin are not together in a table of predictions.',
    message: (of: { readonly file: string; readonly bin: string; readonly line: number }) =>
      `${of.file}, line ${of.line}: rows of ${of.bin} again, after those of other bins`,
    hint: () => 'Sort the table by bin, or run ifcb:classify, which writes it sorted.',
  },
  'prediction-invalid': {
    about: 'A row of a table of predictions names no image of a bin, or a class that is not known.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}, line ${of.line}: ${of.why}`,
  },
  'class-unmapped': {
    about: 'A class has no scientific name.',
    message: (of: { readonly name: string; readonly known: readonly string[] }) =>
      `the class '${of.name}' has no scientific name; the map has ${of.known.join(', ')}`,
    hint: () => 'Add it with --class-map: a WoRMS AphiaID, or a term such as ptwg:detritus.',
  },
});

/** Says of a table whose header is one column, because something else stands between its columns, that this is why. */
function otherSeparator({ file, found }: { readonly file: string; readonly found: readonly string[] }) {
  const [only = '', ...others] = found;
  const by = only.includes(';') ? "';'" : only.includes('\t') ? 'tabs' : undefined;
  if (by === undefined || others.length > 0) return undefined;
  return `${file} is separated by ${by}, not by commas: its header is one column, '${only.replaceAll('\t', ' ')}'`;
}
