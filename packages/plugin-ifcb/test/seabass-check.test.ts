import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { checkSeabass } from '../src/seabass/check-seabass.ts';
import { type Finding, mostSerious } from '../src/seabass/finding.ts';
import { madeSb } from './support/made-submission.ts';
import { realData } from './support/real-bins.ts';

const { name, text } = madeSb();
const today = '20260101';

function check(changed: string, as = name): readonly Finding[] {
  return checkSeabass(Buffer.from(changed), { name: as, today });
}

/** Findings without the advice to say how windy it was, which no file of this kind follows. */
function seriousOf(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ rule }) => rule !== 'optional_header_not_found');
}

function header(key: string, value: string): string {
  const changed = text.replace(new RegExp(`^/${key}=.*$`, 'm'), `/${key}=${value}`);
  assert.notEqual(changed, text, key);
  return changed;
}

const [first = '', second = ''] = text.slice(text.indexOf('/end_header\n') + 12).split('\n');
const line = (wanted: string): number => text.split('\n').indexOf(wanted) + 1;

// What UTOPIA's writer does wrong: the change that makes a good file one of its, and what the checker says of it.
const defects: readonly (readonly [defect: string, changed: string, rule: string, severity: Finding['severity']])[] = [
  [
    'two blanks at the end of every header line',
    text.replaceAll(/^(\/.*)$/gm, '$1  '),
    'headerline_contained_whitespace',
    'error',
  ],
  [
    'a line that is only a slash',
    text.replace('/begin_header\n', '/begin_header\n/   \n'),
    'invalid_header_line',
    'error',
  ],
  ['an LSID of -9999', text.replace('taxname:148899', 'taxname:-9999'), 'scientific_name_id_invalid', 'error'],
  ['/data_type=taxonomy', header('data_type', 'taxonomy'), 'validity_failed', 'warning'],
  ['a diameter of the area', text.replace(first, first.replace(/[\d.]+$/, '14.976')), 'esd_not_of_volume', 'error'],
  ['a calibration in the header that was not used', header('pixel_per_um', '3.4'), 'calibration_differs', 'warning'],
  ['nan for a missing value', text.replace(first, first.replace(/[\d.]+$/, 'nan')), 'field_failed_to_parse', 'error'],
  [
    'an e-mail address split at its dots',
    header('contact', 'ada,ng@example,org,bo@example.org'),
    'contact_invalid',
    'error',
  ],
  [
    'more affiliations than investigators',
    header('affiliations', 'Institute,of,Small_Things'),
    'people_unbalanced',
    'error',
  ],
  ['/wt in the header', text.replace('/missing=', '/wt=12.1\n/missing='), 'unknown_header', 'warning'],
  ['/sal in the header', text.replace('/missing=', '/sal=33.1\n/missing='), 'unknown_header', 'warning'],
  ['a cruise that is the experiment', header('cruise', 'EXPORTS'), 'cruise_same_as_experiment', 'error'],
  [
    'images of a bin whose name contains another',
    text.replace(first, first.replace('IFCB107_', 'IFCB1075_')),
    'media_of_other_event',
    'error',
  ],
  [
    'predictions of one image for two rows',
    text.replace(second, second.replace('_00005', '_00002')),
    'media_duplicate',
    'error',
  ],
  [
    'the instrument of three digits of a longer number',
    header('instrument_model', 'Imaging_FlowCytobot_IFCB108'),
    'instrument_differs',
    'error',
  ],
];

// The rules of FCHECK and of plankton imagery, one line each.
const rules: readonly (readonly [rule: string, changed: string, severity?: Finding['severity']])[] = [
  ['bom_detected', `\uFEFF${text}`],
  ['file_in_dos_format', text.replaceAll('\n', '\r\n'), 'note'],
  ['no_starting_begin_header', text.replace('/begin_header\n', '')],
  ['no_ending_end_header', text.replace('/end_header\n', '')],
  ['empty_line', text.replace(first, `${first}\n`)],
  ['spaces_around_line', text.replace(first, ` ${first}`), 'warning'],
  ['invalid_comment_location', `${text}! late\n`],
  ['obsolete_data_tags', `${text}/end_data\n`],
  ['old_begin_and_end_tags', text.replace('/end_header\n', '/end_header@\n')],
  ['duplicate_header', text.replace('/station=', '/cruise=A\n/station=')],
  ['required_header_not_found', text.replace(/^\/documents=.*\n/m, '')],
  ['optional_header_not_found', text.replace(/^\/station=.*\n/m, ''), 'warning'],
  ['header_without_value_detected', header('station', '')],
  ['no_value_header_with_value', text.replace('/end_header\n', '/end_header=1\n')],
  ['cant_be_missing_or_none', header('calibration_files', 'NA')],
  ['braces_or_brackets_found', header('station', 'A[1]')],
  ['quotes_found', header('station', "A'1")],
  ['path_detected_in_filename', header('documents', 'a/b.docx')],
  ['multiple_data_files_detected', header('data_file_name', 'a.sb,b.sb')],
  ['data_file_name_differs', header('data_file_name', 'a.sb'), 'warning'],
  ['validity_failed', header('data_status', 'new'), 'warning'],
  ['validity_failed', header('delimiter', 'semicolon')],
  ['missing_value_is_zero', header('missing', '0')],
  ['missing_value_is_zero', header('missing', '-9999,-999')],
  ['invalid_date', header('start_date', '20180231')],
  ['number_out_of_bounds_error', header('end_date', '20990101')],
  ['invalid_time', header('start_time', '19:41:23')],
  ['header_start_after_finish', header('end_time', '01:00:00[GMT]')],
  ['lat_or_lon_missing', header('north_latitude', '-9999')],
  ['invalid_header_location_format', header('east_longitude', '12.5')],
  ['number_out_of_bounds_error', header('west_longitude', '181.0[DEG]')],
  ['header_value_comparison_problem', header('south_latitude', '50.0000[DEG]')],
  ['crossing_date_line_warning', header('west_longitude', '10.0000[DEG]'), 'warning'],
  ['invalid_float', header('water_depth', 'deep')],
  ['invalid_float', text.replace('/station=', '/wind_speed=strong\n/station=')],
  ['number_out_of_bounds_error', header('measurement_depth', '-1')],
  ['simbios_found_in_headers', header('experiment', 'SIMBIOS')],
  ['obsolete_parameters_field_detected', text.replace('/station=', '/parameters=chl\n/station=')],
  ['original_file_name_detected', text.replace('/station=', '/original_file_name=a.txt\n/station=')],
  ['unbalanced_units_and_fields', header('units', 'none,none')],
  ['duplicate_fields_found', text.replace(',scientificName_automated', ',associatedMedia')],
  ['fields_not_recognized', text.replace(',scientificName_automated', ',chl_x'), 'warning'],
  ['field_has_wrong_unit', text.replace('um^3', 'um^2')],
  ['bad_data_line', text.replace(first, `${first},1`)],
  ['bad_data_line', `${text}/station=5\n`],
  ['no_data_found', text.slice(0, text.indexOf(first))],
  ['no_data_found', `${text.slice(0, text.indexOf(first))}! none\n\n`],
  ['field_contained_whitespace', text.replace(',Bacillariophyceae', ',Bacillario phyceae')],
  ['plankton_field_missing', text.replace(',scientificNameID_automated', ',r2r_event')],
  ['plankton_header_missing', text.replace(/^\/pixel_per_um=.*\n/m, '')],
  ['plankton_header_invalid', header('volume_imaged_ml', '-0.2')],
  ['plankton_header_invalid', header('pixel_per_um', 'about_3')],
  ['no_depth_found', text.replace(/^\/measurement_depth=.*\n/m, '')],
  ['depth_in_header_and_fields', text.replace(',prediction_score_automated_category', ',depth')],
  ['score_out_of_bounds', text.replace(',0.93,', ',1.93,')],
];

/** The file with one more field, with these values in its rows. */
function withField(name: string, unit: string, ...values: readonly string[]): string {
  const rows = text.trimEnd().split('\n');
  const from = rows.indexOf('/end_header') + 1;
  return rows
    .map((row, at) => {
      if (row.startsWith('/fields=')) return `${row},${name}\n`;
      if (row.startsWith('/units=')) return `${row},${unit}\n`;
      return at < from ? `${row}\n` : `${row},${values[(at - from) % values.length]}\n`;
    })
    .join('');
}

// Values that stand in rows: the rule and its severity, or none for what is right.
const values: readonly (readonly [name: string, unit: string, value: string, found?: string])[] = [
  ['lat', 'degrees', '-49.9041'],
  ['lat', 'degrees', '95', 'warning field_out_of_bounds'],
  ['lat', 'degrees', '-9999.0', 'error field_cant_be_missing'],
  ['lon', 'degrees', '-180.5', 'warning field_out_of_bounds'],
  ['date', 'yyyymmdd', '20180813'],
  ['date', 'yyyymmdd', '20180230', 'error data_invalid_date'],
  ['date', 'yyyymmdd', '20260102', 'error data_date_bounds_error'],
  ['time', 'hh:mm:ss', '23:59:59'],
  ['time', 'hh:mm:ss', '23:59:60', 'error field_failed_to_parse'],
  ['wt', 'degreesC', '-1.2E+00'],
  ['wt', 'degreesC', '0x10', 'error field_failed_to_parse'],
  ['sal', 'PSU', '-9999.00'],
  ['sal', 'PSU', '-8888'],
  ['sal', 'PSU', '-7777', 'error field_failed_to_parse'],
];

// In the form of FCHECK's own table.
const table = `[fields]
#FIELD | UNIT       | PARSE AS | LOWER | UPPER | WARNING             | ERROR
Rrs    | 1/sr,sr^-1 | positive |       |       |                     |
Lw     | uW         |          | -0.1  | 5.0   | field_out_of_bounds |
VSF    | 1/m/sr     | positive |       |       |                     |

[suffixes]
sd

[multi_dim_fieldnames]
ang | 1
ex  | 2
`;

describe('the SeaBASS checker', () => {
  for (const [field, unit, value, found] of values)
    it(`${found === undefined ? 'takes' : `has ${found} for`} a ${field} of ${value}`, () => {
      const limited = withField(field, unit, value).replace('/missing=', '/below_detection_limit=-8888\n/missing=');
      const of = seriousOf(check(limited)).filter(({ rule }) => rule !== 'depth_in_header_and_fields');
      assert.deepEqual([...new Set(of.map(({ severity, rule }) => `${severity} ${rule}`))], found ? [found] : []);
      if (found !== undefined) assert.equal(limited.split('\n')[of[0]!.line - 1]?.split(',').at(-1), value);
    });

  it('knows units that are alike, wavelengths, endings and suffixes by the table of FCHECK', () => {
    const rulesOf = (changed: string) =>
      seriousOf(checkSeabass(Buffer.from(changed), { name, today, fcheck: table })).map(({ rule }) => rule);
    for (const unit of ['1/sr', 'sr^-1', '1/SR']) assert.deepEqual(rulesOf(withField('Rrs', unit, '0.3')), [], unit);
    for (const field of ['Rrs412', 'Rrs412.5', 'VSF440_90ang', 'VSF_ex405'])
      assert.deepEqual(rulesOf(withField(field, field[0] === 'R' ? '1/sr' : '1/m/sr', '0.3')), [], field);
    assert.deepEqual(rulesOf(withField('Rrs412,Rrs412_sd', '1/sr,1/sr', '0.3,0.1')), []);
    assert.deepEqual(rulesOf(withField('Rrs412_sd', '1/sr', '0.3')), ['suffix_doesnt_match']);
    assert.deepEqual(rulesOf(withField('Rrs412', '1/m', '0.3')), ['field_has_wrong_unit']);
    for (const field of ['Rrs_412', 'Rrs412_cv', 'VSF_ang90'])
      assert.deepEqual(rulesOf(withField(field, '1/sr', '0.3')), ['fields_not_recognized'], field);
    assert.deepEqual(rulesOf(withField('Lw412', 'uW', '5.5', '-0.05')), Array(2).fill('field_out_of_bounds'));
  });

  it('passes what ifcb:seabass writes, without a warning but the optional headers of the weather', () => {
    assert.deepEqual(seriousOf(check(text)), []);
  });

  for (const [defect, changed, rule, severity] of defects)
    it(`flags what UTOPIA writes: ${defect}`, () => {
      assert.notEqual(changed, text);
      const found = check(changed).filter((finding) => finding.rule === rule);
      assert.equal(found[0]?.severity, severity, JSON.stringify(seriousOf(check(changed))));
      assert.ok(found[0].line > 0, 'the finding names its line');
    });

  for (const [rule, changed, severity = 'error'] of rules)
    it(`holds ${rule}`, () => {
      assert.notEqual(changed, text);
      const found = check(changed).filter((finding) => finding.rule === rule && finding.severity === severity);
      assert.ok(found.length > 0, JSON.stringify(seriousOf(check(changed))));
    });

  it('says once that a date or a time is none, and compares the rest', () => {
    const rulesOf = (changed: string) => seriousOf(check(changed)).map(({ rule }) => rule);
    for (const [key, value, rule] of [
      ['start_date', 'soon', 'invalid_date'],
      ['start_date', '20181399', 'invalid_date'],
      ['end_date', '1', 'invalid_date'],
      ['start_time', '99:00:00[GMT]', 'invalid_time'],
      ['end_time', '00:00', 'invalid_time'],
    ] as const)
      assert.deepEqual(rulesOf(header(key, value)), [rule], `${key}=${value}`);
    const noTime = header('start_time', 'dawn').replace(/^\/end_date=.*$/m, '/end_date=20180812');
    assert.deepEqual(rulesOf(noTime), ['invalid_time', 'header_start_after_finish']);
  });

  it('holds spaces_in_filename', () => {
    assert.ok(check(text, 'a b.sb').some(({ rule }) => rule === 'spaces_in_filename'));
  });

  it('names the line a finding is on', () => {
    const [found] = seriousOf(check(text.replace(second, second.replace(/[\d.]+$/, 'nan'))));
    assert.equal(found?.line, line(second));
  });

  it('keeps the errors of a file with very many findings, and says how many are not listed', () => {
    const spaced = Array.from({ length: 30 }, (_, at) => first.replace('_00002', `_001${at + 10} `).concat(' '));
    const found = check(text.replace(first, spaced.join('\n')).concat('1,2\n'));
    const errors = found.filter(({ severity }) => severity === 'error');
    assert.ok(errors.length < 40 && errors.some(({ rule }) => rule === 'bad_data_line'));
    const kept = mostSerious(found, 40);
    assert.deepEqual(
      new Set(kept.filter(({ severity }) => severity === 'error')),
      new Set(errors),
      'an error behind many warnings',
    );
    assert.equal(kept[0]?.message, `${found.length - 40} more findings are not listed`);
    assert.equal(mostSerious(found, 1_000).length, found.length);
  });

  it('takes a header that NASA accepted', function () {
    const file = realData(this, 'seabass', 'real_header_EXPORTSNP_RR1813_D20180813T194123_IFCB107.header.txt');
    const accepted = readFileSync(file);
    const [, as = ''] = /data_file_name=(.*)/.exec(accepted.toString()) ?? [];
    // The rows are not kept with it.
    const found = seriousOf(check(accepted.toString(), as.trim()));
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['no_data_found'],
    );
  });

  it('takes fields and headers from the table of FCHECK, and then refuses those it has not', function () {
    const fcheck = readFileSync(realData(this, 'seabass', 'fcheck.ini'), 'utf8');
    const others = text
      .replace(',scientificName_automated', ',Kd')
      .replace('none,none,none,none,none', 'none,none,1/m,none,none');
    const rulesOf = (changed: string) =>
      checkSeabass(Buffer.from(changed), { name, today, fcheck }).map(({ rule }) => rule);
    assert.ok(!rulesOf(others).includes('fields_not_recognized'));
    const unknown = checkSeabass(Buffer.from(text.replace(',scientificName_automated', ',chl_x')), {
      name,
      today,
      fcheck,
    });
    assert.equal(unknown.find(({ rule }) => rule === 'fields_not_recognized')?.severity, 'error');
  });
});
