/** What a field holds: `text` has no number, `positive` no negative one. */
export type FieldKind = 'text' | 'number' | 'positive';

export interface KnownField {
  readonly unit: string;
  readonly kind: FieldKind;
}

/** Fields by lower-case name. */
export type FieldTable = ReadonlyMap<string, KnownField>;

const text = { unit: 'none', kind: 'text' } as const;
const micrometres = { unit: 'um', kind: 'positive' } as const;

/**
 * The fields of plankton and particle imagery (SeaBASS wiki; Neeley et al. 2021, DOI 10.1575/1912/27377) and those of
 * place and time that stand beside them. All other fields of SeaBASS are in FCHECK's own table, `fcheck.ini`.
 */
export const planktonFields: FieldTable = new Map<string, KnownField>([
  ['associatedmedia', text],
  ['data_provider_category_automated', text],
  ['data_provider_category_manual', text],
  ['scientificname_automated', text],
  ['scientificname_manual', text],
  ['scientificnameid_automated', text],
  ['scientificnameid_manual', text],
  ['prediction_score_automated_category', { unit: 'none', kind: 'positive' }],
  ['biovolume', { unit: 'um^3', kind: 'positive' }],
  ['area_cross_section', { unit: 'um^2', kind: 'positive' }],
  ['length_representation', micrometres],
  ['width_representation', micrometres],
  ['equivalent_spherical_diameter', micrometres],
  ['area_based_diameter', micrometres],
  ['volume_sampled_ml', { unit: 'mL', kind: 'positive' }],
  ['volume_imaged_ml', { unit: 'mL', kind: 'positive' }],
  ['pixel_per_um', { unit: 'none', kind: 'positive' }],
  ['eventid', text],
  ['r2r_event', text],
  ['station', text],
  ['lat', { unit: 'degrees', kind: 'number' }],
  ['lon', { unit: 'degrees', kind: 'number' }],
  ['date', { unit: 'yyyymmdd', kind: 'positive' }],
  ['time', { unit: 'hh:mm:ss', kind: 'text' }],
  ['depth', { unit: 'm', kind: 'positive' }],
  ['sal', { unit: 'PSU', kind: 'positive' }],
  ['wt', { unit: 'degreesC', kind: 'number' }],
]);

/** Reads the tables of fields and headers of a `fcheck.ini`; what it has not is empty. */
export function readFcheckIni(ini: string): { readonly fields: FieldTable; readonly headers: readonly string[] } {
  const fields = new Map<string, KnownField>();
  const headers: string[] = [];
  let part = '';
  for (const line of ini.split(/\r?\n/)) {
    const [name = '', unit = '', parse = ''] = line.split('|').map((cell) => cell.trim());
    if (/^\[\w+\]$/.test(name)) part = name;
    else if (part === '[headers]' && name.startsWith('/')) headers.push(name.slice(1).toLowerCase());
    else if (part === '[fields]' && name !== '' && !name.startsWith('#'))
      fields.set(name.toLowerCase(), { unit, kind: kindOf(unit, parse) });
  }
  return { fields, headers };
}

function kindOf(unit: string, parse: string): FieldKind {
  if (parse === 'positive') return 'positive';
  return /^(none|hh:mm:ss)$/i.test(unit) || /^(string|text|time|date)/.test(parse) ? 'text' : 'number';
}
