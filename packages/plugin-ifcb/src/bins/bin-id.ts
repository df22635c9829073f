/** How a bin is named and written: `v1` are the first instruments (`IFCB5_2012_028_081515`), `v2` all later ones. */
export type BinStyle = 'v1' | 'v2';

/** A bin's identity, read from its name. */
export interface BinId {
  /** `D20130526T095207_IFCB013`. */
  readonly id: string;
  readonly style: BinStyle;
  readonly instrument: number;
  /** When the bin began, milliseconds since 1970 UTC. */
  readonly startMs: number;
}

const v1 = /^IFCB(\d+)_(\d{4})_(\d{3})_(\d{2})(\d{2})(\d{2})$/;
const v2 = /^D(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})_IFCB(\d+)$/;
// `IFCB107D20151109T221417P00789`: names of images in old training sets.
const oldImage = /^IFCB(\d+)(D\d{8}T\d{6})P(\d{5})$/;
const image = /^(.+)_(\d{5})$/;
const dayMs = 86_400_000;

/** Reads a bin's name; undefined when it is none, or names a moment no calendar has. */
export function parseBinId(id: string): BinId | undefined {
  const [style, match] = v1.test(id) ? (['v1', v1.exec(id)] as const) : (['v2', v2.exec(id)] as const);
  if (match === null) return undefined;
  const n = match.slice(1).map(Number) as [number, number, number, number, number, number, number];
  if (style === 'v2') {
    const [year, month, day, hour, minute, second, instrument] = n;
    const startMs = Date.UTC(year, month - 1, day, hour, minute, second);
    const isMoment = new Date(startMs).toISOString().startsWith(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:`);
    return isMoment && minute < 60 && second < 60 ? { id, style, instrument, startMs } : undefined;
  }
  const [instrument, year, dayOfYear, hour, minute, second] = n;
  if (dayOfYear < 1 || dayOfYear > 366 || hour > 23 || minute > 59 || second > 59) return undefined;
  return { id, style, instrument, startMs: Date.UTC(year, 0, 1, hour, minute, second) + (dayOfYear - 1) * dayMs };
}

/** The name of one image of a bin, without extension: the bin and the image's number in five digits. */
export function imageName(bin: string, target: number): string {
  return `${bin}_${String(target).padStart(5, '0')}`;
}

/**
 * Reads the name of an image, without folders, with or without extension; undefined when it names no bin's image.
 *
 * Takes `<bin>_NNNNN` and the older `IFCB107D20151109T221417P00789`, which becomes `D20151109T221417_IFCB107`, 789.
 */
export function parseImageName(name: string): { readonly bin: string; readonly target: number } | undefined {
  const stem = name.replace(/\.[A-Za-z]+$/, '');
  const old = oldImage.exec(stem);
  if (old !== null) return { bin: `${old[2]}_IFCB${(old[1] as string).padStart(3, '0')}`, target: Number(old[3]) };
  const [, bin = '', target] = image.exec(stem) ?? [];
  return parseBinId(bin) === undefined ? undefined : { bin, target: Number(target) };
}
