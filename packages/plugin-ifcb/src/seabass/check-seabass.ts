import { checkData } from './check-data.ts';
import { checkHeaders } from './check-headers.ts';
import { checkLines } from './check-lines.ts';
import { checkNumbers } from './check-numbers.ts';
import { checkPlankton } from './check-plankton.ts';
import type { Finding } from './finding.ts';
import { planktonFields, readFcheckIni } from './known-fields.ts';
import { readSeabass } from './read-seabass.ts';

/** What a file is checked against, beside the rules that are always there. */
export interface CheckSettings {
  /** The last day a file may speak of, YYYYMMDD. */
  readonly today: string;
  /** The text of a `fcheck.ini`, whose fields and headers are known too. */
  readonly fcheck?: string | undefined;
  /** Values of /data_type that are fine beside the usual ones. */
  readonly dataTypes?: readonly string[];
}

/**
 * Checks a SeaBASS file: the rules of NASA's FCHECK (its table of 2018), then those of plankton imagery.
 *
 * Findings come in the order of FCHECK's passes; a file without errors passes. Nothing of the file makes it throw.
 */
export function checkSeabass(
  bytes: Uint8Array,
  { name, today, fcheck, dataTypes = [] }: CheckSettings & { readonly name: string },
): readonly Finding[] {
  const file = readSeabass(bytes, { name });
  const found: Finding[] = [];
  const report = (finding: Finding): void => void found.push(finding);
  const table = fcheck === undefined ? undefined : readFcheckIni(fcheck);
  checkLines(file, report);
  checkHeaders(file, { headers: table?.headers ?? [], dataTypes }, report);
  checkNumbers(file, { today }, report);
  const fields = new Map([...(table?.fields ?? []), ...planktonFields]);
  const known = { suffixes: [], endings: [], ...table, fields };
  checkData(file, { known, isWhole: table !== undefined, today }, report);
  checkPlankton(file, report);
  return found;
}
