import { tableFailures } from './table-failures.ts';

/** Checks the names of the columns; throws `table.header-duplicate` or `table.header-missing`. */
export function readHeader(
  names: readonly string[],
  { file, required = [] }: { readonly file: string; readonly required?: readonly string[] },
): readonly string[] {
  const duplicate = names.find((name, place) => names.indexOf(name) !== place);
  if (duplicate !== undefined) throw tableFailures['header-duplicate']({ file, name: duplicate });
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) throw tableFailures['header-missing']({ file, missing, found: names });
  return names;
}
