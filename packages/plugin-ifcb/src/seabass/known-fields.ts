/** What a field holds: `text` has no number, `positive` no negative one, `date` YYYYMMDD, `time` HH:MM:SS. */
export type FieldKind = 'text' | 'number' | 'positive' | 'date' | 'time';

export interface KnownField {
  /** Any of them is right; none means that the unit is not known. */
  readonly units: readonly string[];
  readonly kind: FieldKind;
  /** Values below and above are doubted. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Every row must have it. */
  readonly isNeeded?: boolean;
}

/** Fields by lower-case name, and what may stand behind a name. */
export interface FieldTable {
  readonly fields: ReadonlyMap<string, KnownField>;
  /** Statistics of a field that is there too: `_sd`. */
  readonly suffixes: readonly string[];
  /** Other endings: `_90ang`, `_ex405`. */
  readonly endings: readonly RegExp[];
}

const text = { units: ['none'], kind: 'text' } as const;
const micrometres = { units: ['um'], kind: 'positive' } as const;
const millilitres = { units: ['mL'], kind: 'positive' } as const;

/**
 * The fields of plankton and particle imagery (SeaBASS wiki; Neeley et al. 2021, DOI 10.1575/1912/27377) and those of
 * place and time that stand beside them. All other fields of SeaBASS are in FCHECK's own table, `fcheck.ini`.
 */
export const planktonFields: ReadonlyMap<string, KnownField> = new Map<string, KnownField>([
  ['associatedmedia', text],
  ['data_provider_category_automated', text],
  ['data_provider_category_manual', text],
  ['scientificname_automated', text],
  ['scientificname_manual', text],
  ['scientificnameid_automated', text],
  ['scientificnameid_manual', text],
  ['prediction_score_automated_category', { units: ['none'], kind: 'positive' }],
  ['biovolume', { units: ['um^3'], kind: 'positive' }],
  ['area_cross_section', { units: ['um^2'], kind: 'positive' }],
  ['length_representation', micrometres],
  ['width_representation', micrometres],
  ['equivalent_spherical_diameter', micrometres],
  ['area_based_diameter', micrometres],
  ['volume_sampled_ml', millilitres],
  ['volume_imaged_ml', millilitres],
  ['pixel_per_um', { units: ['none'], kind: 'positive' }],
  ['eventid', text],
  ['r2r_event', text],
  ['station', text],
  ['lat', { units: ['degrees'], kind: 'number', least: -90, most: 90, isNeeded: true }],
  ['lon', { units: ['degrees'], kind: 'number', least: -180, most: 180, isNeeded: true }],
  ['date', { units: ['yyyymmdd'], kind: 'date', isNeeded: true }],
  ['time', { units: ['hh:mm:ss'], kind: 'time', isNeeded: true }],
  ['depth', { units: ['m', 'meters'], kind: 'positive', isNeeded: true }],
  ['sal', { units: ['PSU'], kind: 'positive' }],
  ['wt', { units: ['degreesC'], kind: 'number' }],
]);

/** Reads the tables of fields and headers of a `fcheck.ini`; what it has not is empty. */
export function readFcheckIni(ini: string): FieldTable & { readonly headers: readonly string[] } {
  const fields = new Map<string, KnownField>();
  const headers: string[] = [];
  const suffixes: string[] = [];
  const endings: RegExp[] = [];
  let part = '';
  for (const line of ini.split(/\r?\n/)) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [name = ''] = cells;
    if (/^\[\w+\]$/.test(name)) part = name;
    else if (name === '' || name.startsWith('#')) continue;
    else if (part === '[headers]' && name.startsWith('/')) headers.push(name.slice(1).toLowerCase());
    else if (part === '[suffixes]') suffixes.push(name.toLowerCase());
    else if (part === '[multi_dim_fieldnames]') endings.push(endingOf(name, cells[1]));
    else if (part === '[fields]') fields.set(name.toLowerCase(), fieldOf(cells));
  }
  return { fields, headers, suffixes, endings };
}

function fieldOf([, unit = '', parse = '', lower, upper]: readonly string[]): KnownField {
  const bound = (cell = ''): number | undefined => (/^-?[\d.]+$/.test(cell) ? Number(cell) : undefined);
  const [least, most] = [bound(lower), bound(upper)];
  const units = unit === '' ? [] : unit.split(',').map((one) => one.trim());
  const isNeeded = /\bnon_null\b/.test(parse);
  const kind = kindOf(unit, parse.replace('non_null', '').trim());
  // The bounds of dates are those of the header, which is checked with the day of the check.
  return kind === 'date' ? { units, kind, isNeeded } : { units, kind, isNeeded, least, most };
}

function kindOf(unit: string, parse: string): FieldKind {
  if (parse === 'positive' || parse === 'date' || parse === 'time') return parse;
  return parse === 'string' || (parse === '' && unit.toLowerCase() === 'none') ? 'text' : 'number';
}

// The table says whether a number stands before or behind an ending, or none at all.
function endingOf(name: string, where: string | undefined): RegExp {
  const number = '\\d+(?:\\.\\d+)?';
  return new RegExp(`^${where === '1' ? number : ''}${name}${where === '2' ? number : ''}$`, 'i');
}

/**
 * Finds a field by its name in lower case: as it stands, with a wavelength (`rrs412`), with endings, and with a suffix,
 * of which the unit and the range are its own. `base` is the field that a suffix is about.
 */
export function findField(
  name: string,
  { fields, suffixes, endings }: FieldTable,
): { readonly field: KnownField; readonly base?: string } | undefined {
  const field = fields.get(name) ?? fields.get(name.replace(/\d+(\.\d+)?$/, ''));
  if (field !== undefined) return { field };
  const at = name.lastIndexOf('_');
  const [rest, last] = [name.slice(0, at), name.slice(at + 1)];
  if (at <= 0) return undefined;
  if (endings.some((ending) => ending.test(last))) return findField(rest, { fields, suffixes, endings });
  if (!suffixes.includes(last) || findField(rest, { fields, suffixes, endings }) === undefined) return undefined;
  return { field: { units: [], kind: 'number' }, base: rest };
}
