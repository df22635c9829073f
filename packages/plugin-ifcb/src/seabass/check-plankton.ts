import { parseBinId } from '../bins/bin-id.ts';
import { dataRows, isSame, listOf } from './check-data.ts';
import type { Report } from './finding.ts';
import { type SeabassFile, valueOf } from './read-seabass.ts';
import { sphereDiameter } from './shape.ts';

const asFieldOrHeader = ['volume_sampled_ml', 'volume_imaged_ml', 'pixel_per_um'];
const fieldsNeeded = [
  'associatedmedia',
  'biovolume',
  'area_cross_section',
  'length_representation',
  'width_representation',
];
const lsid = /^urn:lsid:marinespecies\.org:taxname:[1-9]\d*$/;
const ptwg = /^ptwg:[a-z_]+$/;

/** What plankton and particle imagery asks beyond FCHECK: fields, names, sizes, and that they agree with each other. */
export function checkPlankton(file: SeabassFile, report: Report): void {
  const fields = listOf(file, 'fields').map((field) => field.toLowerCase());
  if (!fields.includes('associatedmedia') && valueOf(file, 'associatedmedia_source') === undefined) return;
  const lineOf = (key: string): number => file.headers.find((header) => header.key === key)?.number ?? 0;
  const error = (line: number, rule: string, message: string): void =>
    report({ line, severity: 'error', rule, message });
  for (const field of fieldsNeeded)
    if (!fields.includes(field)) error(lineOf('fields'), 'plankton_field_missing', `the field ${field} is missing`);
  if (!fields.some((field) => /^scientificnameid_(automated|manual)$/.test(field)))
    error(
      lineOf('fields'),
      'plankton_field_missing',
      'neither scientificNameID_automated nor scientificNameID_manual is there',
    );
  for (const key of asFieldOrHeader) {
    const value = valueOf(file, key);
    if (value === undefined) {
      if (!fields.includes(key)) error(0, 'plankton_header_missing', `${key} is neither a header nor a field`);
    } else if (!(Number(value) > 0 && Number.isFinite(Number(value))))
      error(lineOf(key), 'plankton_header_invalid', `/${key}=${value} is no number above 0`);
  }
  const depth = valueOf(file, 'measurement_depth');
  const missing = valueOf(file, 'missing') ?? '-9999';
  if (!fields.includes('depth') && depth === undefined)
    error(0, 'no_depth_found', 'there is neither /measurement_depth nor a field depth');
  if (fields.includes('depth') && depth !== undefined && depth !== missing)
    error(lineOf('measurement_depth'), 'depth_in_header_and_fields', 'the depth is in the header and in the data');
  checkPeople(file, report);
  checkEvent(file, report);
  checkRows(file, fields, report);
}

function checkPeople(file: SeabassFile, report: Report): void {
  const [names, places, contacts] = ['investigators', 'affiliations', 'contact'].map((key) => listOf(file, key));
  const line = file.headers.find(({ key }) => key === 'contact')?.number ?? 0;
  if (names!.length !== places!.length || names!.length !== contacts!.length) {
    const message = `${names!.length} investigators, ${places!.length} affiliations and ${contacts!.length} contacts`;
    report({ line, severity: 'error', rule: 'people_unbalanced', message });
  }
  for (const contact of contacts!)
    if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(contact))
      report({ line, severity: 'error', rule: 'contact_invalid', message: `'${contact}' is no e-mail address` });
}

function checkEvent(file: SeabassFile, report: Report): void {
  const event = parseBinId(valueOf(file, 'eventid') ?? '');
  const [, number] = /IFCB(\d+)$/.exec(valueOf(file, 'instrument_model') ?? '') ?? [];
  if (event === undefined || number === undefined || Number(number) === event.instrument) return;
  const line = file.headers.find(({ key }) => key === 'instrument_model')?.number ?? 0;
  const message = `the instrument is ${number}, and that of ${event.id} is ${event.instrument}`;
  report({ line, severity: 'error', rule: 'instrument_differs', message });
}

function checkRows(file: SeabassFile, fields: readonly string[], report: Report): void {
  const event = valueOf(file, 'eventid');
  const missing = valueOf(file, 'missing') ?? '-9999';
  const noSizes = [missing, valueOf(file, 'below_detection_limit'), valueOf(file, 'above_detection_limit')];
  const perUm = Number(valueOf(file, 'pixel_per_um'));
  const media = new Map<string, number>();
  let [areas, broken] = [0, 0];
  for (const { number: line, cells } of dataRows(file)) {
    if (cells.length !== fields.length) continue;
    const error = (rule: string, message: string): void => report({ line, severity: 'error', rule, message });
    const cell = (field: string): string => cells[fields.indexOf(field)] ?? missing;
    const size = (field: string): number =>
      noSizes.some((none) => isSame(cell(field), none)) ? Number.NaN : Number(cell(field));
    for (const [at, field] of fields.entries())
      if (
        field.startsWith('scientificnameid_') &&
        !lsid.test(cells[at]!) &&
        !ptwg.test(cells[at]!) &&
        cells[at] !== missing
      )
        error('scientific_name_id_invalid', `'${cells[at]}' is neither a WoRMS LSID nor a ptwg: term`);
    const score = size('prediction_score_automated_category');
    if (score > 1) error('score_out_of_bounds', `a score of ${score} is more than 1`);
    // A diameter of the area is another field; that of the volume is what the name means.
    const [volume, esd] = [size('biovolume'), size('equivalent_spherical_diameter')];
    if (Math.abs(sphereDiameter(volume) - esd) > 0.002 + esd * 0.002)
      error(
        'esd_not_of_volume',
        `equivalent_spherical_diameter is ${esd}; the biovolume gives ${sphereDiameter(volume).toFixed(3)}`,
      );
    const [medium] = cell('associatedmedia').split('|');
    const name = medium!.slice(medium!.lastIndexOf('/') + 1);
    if (media.has(name)) error('media_duplicate', `${name} is on line ${media.get(name)} too`);
    media.set(name, line);
    if (event !== undefined && parseBinId(event) !== undefined && !name.startsWith(`${event}_`))
      error('media_of_other_event', `${name} is no image of ${event}`);
    const area = size('area_cross_section');
    if (!Number.isNaN(area * perUm)) {
      areas++;
      // An area is a count of pixels; three decimals leave it that close to a whole number.
      const pixels = area * perUm ** 2;
      if (Math.abs(pixels - Math.round(pixels)) > 0.0006 * perUm ** 2) broken++;
    }
  }
  if (broken > areas / 2) {
    const message = `${broken} of ${areas} areas are no whole number of pixels at ${perUm} pixels/um: another calibration was used`;
    const line = file.headers.find(({ key }) => key === 'pixel_per_um')?.number ?? 0;
    report({ line, severity: 'warning', rule: 'calibration_differs', message });
  }
}
