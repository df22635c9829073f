import type { Report } from './finding.ts';
import {
  bareHeaders,
  dataTypes,
  knownHeaders,
  optionalHeaders,
  refusedHeaders,
  requiredHeaders,
} from './known-headers.ts';
import { type HeaderLine, type SeabassFile, valueOf } from './read-seabass.ts';

/** Which headers are there, and whether their values are of a kind that may stand there. */
export function checkHeaders(
  file: SeabassFile,
  {
    headers: more,
    dataTypes: moreTypes,
  }: { readonly headers: readonly string[]; readonly dataTypes: readonly string[] },
  report: Report,
): void {
  const known = new Set<string>([...requiredHeaders, ...optionalHeaders, ...bareHeaders, ...knownHeaders, ...more]);
  const seen = new Set<string>();
  for (const header of file.headers) {
    const { key, number: line } = header;
    const [rule, instead] = refused.get(key) ?? [];
    if (rule !== undefined)
      report({ line, severity: 'error', rule, message: `/${key} is no longer used; ${instead} stands for it` });
    else if (seen.has(key))
      report({ line, severity: 'error', rule: 'duplicate_header', message: `/${key} is there twice` });
    else if (!known.has(key.replace(/@$/, '')))
      report({
        line,
        severity: 'warning',
        rule: 'unknown_header',
        message: `/${key} is no header FCHECK knows; a comment may say it`,
      });
    seen.add(key);
    checkValue(file, header, report);
  }
  for (const key of requiredHeaders)
    if (!seen.has(key))
      report({
        line: 0,
        severity: 'error',
        rule: 'required_header_not_found',
        message: `the header /${key} is missing`,
      });
  for (const key of optionalHeaders)
    if (!seen.has(key))
      report({
        line: 0,
        severity: 'warning',
        rule: 'optional_header_not_found',
        message: `the header /${key} is missing`,
      });
  checkTypes(file, [...dataTypes, ...moreTypes], report);
}

const refused: ReadonlyMap<string, readonly [rule: string, instead: string]> = refusedHeaders;
const bare: readonly string[] = bareHeaders;
/** Values that must be somebody's or something's. */
const never = ['documents', 'calibration_files', 'contact', 'cruise', 'experiment', 'investigators', 'affiliations'];
const fileNames = ['documents', 'data_file_name', 'calibration_files', 'associated_files', 'associated_archives'];

function checkValue(file: SeabassFile, { key, value, number: line }: HeaderLine, report: Report): void {
  const error = (rule: string, message: string): void => report({ line, severity: 'error', rule, message });
  if (bare.includes(key.replace(/@$/, ''))) {
    if (value !== undefined) error('no_value_header_with_value', `/${key} takes no value`);
    return;
  }
  if (value === undefined || value === '') return error('header_without_value_detected', `/${key} has no value`);
  const missing = valueOf(file, 'missing') ?? '-9999';
  if (never.includes(key) && [missing, 'none', 'na'].includes(value.toLowerCase()))
    error('cant_be_missing_or_none', `/${key} cannot be '${value}'`);
  if (/^(cruise|experiment)$/.test(key) && value === 'SIMBIOS')
    error('simbios_found_in_headers', `/${key} cannot be SIMBIOS; name what was done`);
  const isPlaceOrTime = /_(latitude|longitude|time)$/.test(key);
  if (!isPlaceOrTime && /[[\]{}]/.test(value))
    error('braces_or_brackets_found', `/${key}: brackets stand in times and positions only`);
  if (/['`"]/.test(value)) error('quotes_found', `/${key} has quotes`);
  if (fileNames.includes(key) && /[/\\]/.test(value))
    error('path_detected_in_filename', `/${key} names files, without their folders`);
  if (key === 'data_file_name' && /[,;]/.test(value))
    error('multiple_data_files_detected', '/data_file_name names one file');
}

function checkTypes(file: SeabassFile, types: readonly string[], report: Report): void {
  const lineOf = (key: string): number => file.headers.find((header) => header.key === key)?.number ?? 0;
  const type = valueOf(file, 'data_type');
  if (type !== undefined && !types.includes(type.toLowerCase())) {
    const message = `/data_type=${type} is none of ${types.join(', ')}`;
    report({ line: lineOf('data_type'), severity: 'warning', rule: 'validity_failed', message });
  }
  const status = valueOf(file, 'data_status');
  if (status !== undefined && !/^(preliminary|update|final)$/i.test(status)) {
    const message = `/data_status=${status} is neither preliminary, update nor final`;
    report({ line: lineOf('data_status'), severity: 'warning', rule: 'validity_failed', message });
  }
  const delimiter = valueOf(file, 'delimiter');
  if (delimiter !== undefined && !/^(comma|space|tab)$/i.test(delimiter)) {
    const message = `/delimiter=${delimiter} is neither comma, space nor tab`;
    report({ line: lineOf('delimiter'), severity: 'error', rule: 'validity_failed', message });
  }
  const missing = valueOf(file, 'missing');
  if (missing !== undefined && (!Number.isFinite(Number(missing)) || Number(missing) === 0)) {
    const message = `/missing=${missing}: one number is wanted, and not zero`;
    report({ line: lineOf('missing'), severity: 'error', rule: 'missing_value_is_zero', message });
  }
  const name = valueOf(file, 'data_file_name');
  if (name !== undefined && name !== file.name) {
    const message = `/data_file_name=${name}, and the file is called ${file.name}`;
    report({ line: lineOf('data_file_name'), severity: 'warning', rule: 'data_file_name_differs', message });
  }
}
