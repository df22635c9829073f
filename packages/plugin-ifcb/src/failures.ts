import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong in ways only this plugin knows. */
export const ifcbFailures = defineFailures('ifcb', {
  'no-bins': {
    about: 'A place that should hold raw bins has none; the message tells what was left out there and why.',
    message: (of: { readonly place: string; readonly leftOut: string }) => `${of.place} has no bins${of.leftOut}`,
    hint: () => 'A bin is <bin>.adc, <bin>.hdr and <bin>.roi; folders with other names are allowed with --folders.',
  },
  'bin-incomplete': {
    about: 'A bin lacks one of its three files.',
    message: (of: { readonly bin: string; readonly missing: string; readonly beside: string }) =>
      `${of.bin} has no ${of.missing} file beside ${of.beside}`,
  },
  'bin-duplicate': {
    about: 'The files of one bin, or one image of it, lie in two folders, and nothing tells which ones are meant.',
    message: (of: { readonly bin: string; readonly places: readonly string[] }) =>
      `${of.bin} lies in ${of.places.join(' and in ')}`,
    hint: () => 'Name the folder that holds the right one, or remove the other.',
  },
  'bin-empty': {
    about: 'A bin in which the instrument recorded nothing, or nothing that has an image.',
    message: (of: { readonly file: string; readonly rows: number }) =>
      of.rows === 0 ? `${of.file} is empty: 0 bytes, no trigger` : `${of.file} has ${of.rows} rows and no image`,
    hint: () => 'Give --empty keep if bins without images are normal here.',
  },
  'header-invalid': {
    about: 'A .hdr file is empty or written in none of the known forms.',
    message: (of: { readonly file: string; readonly byte: number; readonly why: string }) =>
      `${of.file}, byte ${of.byte}: ${of.why}`,
  },
  'adc-invalid': {
    about: 'A row of an .adc file cannot be read: cut short, or with a text where a number must be.',
    message: (of: { readonly file: string; readonly line: number; readonly byte: number; readonly why: string }) =>
      `${of.file}, line ${of.line} at byte ${of.byte}: ${of.why}`,
    hint: () => 'Fetch the file from the instrument again; it was probably cut in transfer.',
  },
  'roi-truncated': {
    about: 'An image lies outside its .roi file, which was cut or belongs to another bin.',
    message: (of: {
      readonly file: string;
      readonly sizeBytes: number;
      readonly target: number;
      readonly start: number;
      readonly end: number;
    }) =>
      `${of.file} ends at byte ${of.sizeBytes}; image ${of.target} needs its bytes ${of.start} to ${of.end} (end excluded)`,
    hint: () => 'Fetch the file from the instrument again; it was probably cut in transfer.',
  },
});
