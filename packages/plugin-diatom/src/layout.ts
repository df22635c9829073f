import { sha256 } from '@dataset-runner/core/plugin';

/** What two names must not share: letter case and Unicode form fall together on many file systems. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Where the pictures of a set lie below its place. */
export const resultsFolder = 'results';
export const reportsFolder = 'reports';
export const manifestFile = 'split-manifest.jsonl';

/** The path of one picture below the set's place: `results/<split>/<species>/<file>`. */
export function picturePath(split: string, species: string, file: string): string {
  return `${resultsFolder}/${split}/${species}/${file}`;
}

/** A picture's path taken apart again; undefined for any other file of a set. */
export function readPicturePath(
  path: string,
): { readonly split: string; readonly species: string; readonly file: string } | undefined {
  const match = /^results\/([^/]+)\/([^/]+)\/(.+)$/.exec(path);
  if (match === null) return undefined;
  const [, split = '', species = '', file = ''] = match;
  return { split, species, file };
}

/** What a picture can be called by in its class folder, shortest first. */
export interface Naming {
  /** Unique; the same picture has the same one in every run. */
  readonly key: string;
  /** Below the species' folder in its archive: `slide1/001.png`. */
  readonly inner: string;
  /** The archive and the whole path in it. */
  readonly full: string;
}

/**
 * Names the pictures of one class, no two alike: the file's own name where it is free, else with its folders before it
 * (`slide1_001.png`), else with its archive's, else with a piece of its digest.
 *
 * All pictures that compete for a name give it up, so the names depend on the pictures and never on their order.
 */
export function flatNames(pictures: readonly Naming[]): ReadonlyMap<string, string> {
  const levels = new Map(pictures.map(({ key }) => [key, 0]));
  for (;;) {
    const holders = new Map<string, string[]>();
    for (const picture of pictures) {
      const name = foldName(nameAt(picture, levels.get(picture.key) ?? 0));
      const present = holders.get(name);
      if (present === undefined) holders.set(name, [picture.key]);
      else present.push(picture.key);
    }
    const competing = [...holders.values()].filter((keys) => keys.length > 1).flat();
    const movable = competing.filter((key) => (levels.get(key) ?? 0) < lastLevel);
    if (movable.length === 0) break;
    for (const key of movable) levels.set(key, (levels.get(key) ?? 0) + 1);
  }
  return new Map(pictures.map((picture) => [picture.key, nameAt(picture, levels.get(picture.key) ?? 0)]));
}

const lastLevel = 3;

function nameAt({ key, inner, full }: Naming, level: number): string {
  if (level === 0) return inner.slice(inner.lastIndexOf('/') + 1);
  if (level === 1) return joined(inner);
  if (level === 2) return joined(full);
  const name = joined(full);
  const dot = name.lastIndexOf('.');
  const end = dot <= 0 ? name.length : dot;
  return `${name.slice(0, end)}-${sha256(key).slice(7, 15)}${name.slice(end)}`;
}

// File systems end at 255 bytes a name; the end of a path tells more than its beginning.
function joined(path: string): string {
  const name = path.replaceAll('/', '_');
  return Buffer.byteLength(name) <= 200
    ? name
    : Buffer.from(name)
        .subarray(-200)
        .toString('utf8')
        .replace(/^\uFFFD+/, '');
}

/** The name of a packed set: `diatom_set-YYYY-MM-DD-HH-mm-ss.zip`, in UTC so that names sort by age everywhere. */
export function setName(changedMs: number): string {
  const [date = '', time = ''] = new Date(changedMs).toISOString().split('T');
  return `diatom_set-${date}-${time.slice(0, 8).replaceAll(':', '-')}.zip`;
}
