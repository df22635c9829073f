import { ifcbFailures } from '../failures.ts';
import { quantityOf } from '../metadata/bin-metadata.ts';

/** What a .hdr file says, whatever its form. Undefined means that it does not say. */
export interface Header {
  /** Every `key: value` by lower-case key, as text; a key written twice has its last value. */
  readonly fields: ReadonlyMap<string, string>;
  readonly runTimeS?: number;
  readonly inhibitTimeS?: number;
  readonly temperatureC?: number;
  readonly humidityPercent?: number;
  /** Millilitres of sample the syringe was told to take. */
  readonly syringeMl?: number;
  readonly triggerCount?: number;
  readonly roiCount?: number;
  /** Names of the .adc columns, comma-separated. */
  readonly adcFormat?: string;
  /** Where the instrument was, decimal degrees. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** What was told of the place and is not on earth, as it was written: `95.2, -70.6`. */
  readonly placeNotOnEarth?: string;
  /** When the position was fixed: `Jul/17/2022 16:17:39.00 UTC`. */
  readonly gpsTime?: string;
  readonly isBeads: boolean;
}

const v1Names = [
  'temperature',
  'humidity',
  'binarizethreshold',
  'scatteringphotomultipliersetting',
  'fluorescencephotomultipliersetting',
  'blobsizethreshold',
];

/**
 * Reads a .hdr file: the quoted lines of v1, the `key: value` lines of v2, or the prose of 2010.
 *
 * Throws `ifcb.header-invalid` when it is empty or none of them; `file` is what the failure calls it.
 */
export function parseHeader(bytes: Uint8Array, { file }: { readonly file: string }): Header {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const [first] = lines;
  if (first === undefined) throw ifcbFailures['header-invalid']({ file, byte: 0, why: 'the file is empty' });
  if (first.startsWith('"')) return headerOf(quotedFields(lines, text, file));
  if (/^softwareVersion:/i.test(first)) return headerOf(keyedFields(lines));
  if (first.startsWith('Imaging FlowCytobot')) return headerOf(proseFields(text));
  throw ifcbFailures['header-invalid']({ file, byte: 0, why: `begins with '${first.slice(0, 40)}', no known form` });
}

function quotedFields(lines: readonly string[], text: string, file: string): Map<string, string> {
  const values = (lines.at(-1) as string).split(',').map((cell) => cell.replaceAll('"', '').trim());
  if (lines.length < 2 || values.length < v1Names.length)
    throw ifcbFailures['header-invalid']({
      file,
      byte: text.lastIndexOf(lines.at(-1) as string),
      why: `the last line has ${values.length} values, not ${v1Names.length}`,
    });
  return new Map(v1Names.map((name, place) => [name, values[place] as string]));
}

function keyedFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(':');
    // Lines without a colon (`syringe number 75`) are remarks.
    if (at > 0) fields.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return fields;
}

function proseFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const times = /run time\s*=\s*([\d.]+)\s*s\s+inhibit time\s*=\s*([\d.]+)/i.exec(text);
  const climate = /([\d.]+)\s*temperature,\s*([\d.]+)\s*humidity/i.exec(text);
  if (times !== null) fields.set('runtime', times[1] as string).set('inhibittime', times[2] as string);
  if (climate !== null) fields.set('temperature', climate[1] as string).set('humidity', climate[2] as string);
  return fields;
}

function headerOf(fields: ReadonlyMap<string, string>): Header {
  const number = (key: string): number | undefined => {
    const text = fields.get(key) ?? '';
    return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  };
  const numbers = {
    runTimeS: number('runtime'),
    inhibitTimeS: number('inhibittime'),
    temperatureC: number('temperature'),
    humidityPercent: number('humidity'),
    syringeMl: number('syringesamplevolume'),
    triggerCount: number('triggercount'),
    roiCount: number('roicount'),
    // Without a fix an instrument may tell a place that is not on earth.
    latitude: quantityOf('latitude', fields.get('gpslatitude') || 'none'),
    longitude: quantityOf('longitude', fields.get('gpslongitude') || 'none'),
  };
  const texts = {
    adcFormat: fields.get('adcfileformat'),
    gpsTime: fields.get('gpstimefromfix'),
    placeNotOnEarth: placeNotOnEarth(fields),
  };
  const kind = `${fields.get('runtype') ?? ''} ${fields.get('sampletype') ?? ''}`;
  const isBeads = /bead/i.test(kind) || number('runbeads') === 1 || /^true$/i.test(fields.get('runbeads') ?? '');
  return { ...told(numbers), ...told(texts), fields, isBeads };
}

/** -9999 is how tables write that there is no number, and no place. */
function placeNotOnEarth(fields: ReadonlyMap<string, string>): string | undefined {
  const texts = (['latitude', 'longitude'] as const).map((name) => [name, fields.get(`gps${name}`) ?? ''] as const);
  const isWrong = texts.some(
    ([name, text]) => Number.isFinite(Number(text)) && Number(text) !== -9999 && quantityOf(name, text) === undefined,
  );
  return isWrong ? texts.map(([, text]) => text).join(', ') : undefined;
}

// Absent, not undefined: what is not told has no property.
function told<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
