import type { Report } from './finding.ts';
import type { SeabassFile } from './read-seabass.ts';

/** The form of the lines: marks, line ends, blanks, and where the header begins and ends. */
export function checkLines(file: SeabassFile, report: Report): void {
  const { head, data, name } = file;
  if (/\s/.test(name))
    report({ line: 0, severity: 'error', rule: 'spaces_in_filename', message: `the file name '${name}' has blanks` });
  if (file.hasMark)
    report({ line: 1, severity: 'error', rule: 'bom_detected', message: 'the file begins with a byte order mark' });
  if (file.hasCarriageReturns)
    report({
      line: 0,
      severity: 'note',
      rule: 'file_in_dos_format',
      message: 'lines end with CR LF; LF alone is wanted',
    });
  if (!/^\/begin_header@?\s*$/i.test(head[0]?.text ?? ''))
    report({
      line: 1,
      severity: 'error',
      rule: 'no_starting_begin_header',
      message: 'the first line is not /begin_header',
    });
  const last = head.at(-1);
  if (!/^\s*\/end_header@?\s*$/i.test(last?.text ?? ''))
    report({
      line: last?.number ?? 0,
      severity: 'error',
      rule: 'no_ending_end_header',
      message: 'the header does not end with /end_header',
    });
  checkHead(file, report);
  for (const { number: line, text } of data) {
    if (text.trim() === '')
      report({ line, severity: 'error', rule: 'empty_line', message: 'an empty line in the data' });
    else if (text !== text.trim())
      report({ line, severity: 'warning', rule: 'spaces_around_line', message: 'blanks around a line of data' });
    if (/^\s*!/.test(text))
      report({
        line,
        severity: 'error',
        rule: 'invalid_comment_location',
        message: 'a comment stands in the data; its place is the header',
      });
    if (/^\s*\/(begin_data|end_data)/i.test(text))
      report({ line, severity: 'error', rule: 'obsolete_data_tags', message: `${text.trim()} is no longer used` });
  }
}

function checkHead({ head }: SeabassFile, report: Report): void {
  for (const { number: line, text } of head) {
    if (text.trim() === '') {
      report({ line, severity: 'error', rule: 'empty_line', message: 'an empty line in the header' });
      continue;
    }
    if (text.startsWith('!')) continue;
    if (!/^\s*\/[a-z]\S*/i.test(text)) {
      const message = `'${text.trim()}' is neither /key=value nor a comment`;
      report({ line, severity: 'error', rule: 'invalid_header_line', message });
    }
    if (/\s/.test(text)) {
      const where = text === text.trimEnd() ? '' : ' at its end';
      const message = `blanks${where} in a header line; write _ instead`;
      report({ line, severity: 'error', rule: 'headerline_contained_whitespace', message });
    }
    if (/^\/(begin|end)_header@/i.test(text))
      report({ line, severity: 'error', rule: 'old_begin_and_end_tags', message: 'no @ behind this any more' });
  }
}
