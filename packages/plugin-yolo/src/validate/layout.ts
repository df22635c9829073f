import { imageExtension } from '../read/image-id.ts';
import type { DataYaml } from './data-yaml.ts';
import { finding, type Finding } from './rules.ts';

/** A file of the set. */
interface Listed {
  readonly key: string;
}

/** An image and where Ultralytics looks for its label. */
export interface ImagePlace<F extends Listed> {
  readonly file: F;
  readonly split: string;
  readonly labelKey: string;
  /** Missing for an image without a label file: a background. */
  readonly label?: F;
}

export interface SetLayout<F extends Listed> {
  /** Sorted by key; an image of two splits comes twice. */
  readonly images: readonly ImagePlace<F>[];
  readonly findings: readonly Finding[];
}

const ultralyticsSplits = new Set(['train', 'val', 'test', 'minival']);

/**
 * Finds the images of every split and their labels as Ultralytics does: the last `/images/` becomes `/labels/`.
 *
 * `lists` are the keys that each list of `data.yaml` names, line by line.
 */
export function layOut<F extends Listed>(
  files: readonly F[],
  data: DataYaml,
  lists: ReadonlyMap<string, readonly string[]>,
  dataFile: string,
): SetLayout<F> {
  const byKey = new Map(files.map((file) => [file.key, file]));
  const findings: Finding[] = [];
  const images: ImagePlace<F>[] = [];
  for (const [split, places] of Object.entries(data.splits)) {
    const own = new Set<F>();
    for (const place of places) {
      const list = lists.get(place);
      for (const file of list === undefined ? below(files, placesIn(place, data)) : []) own.add(file);
      for (const [index, key] of (list ?? []).entries()) {
        const file = byKey.get(key);
        if (file !== undefined) own.add(file);
        else if (key !== '')
          findings.push(
            finding('image-unreadable', { file: cleanPath(place), line: index + 1 }, `${key} is not in the set`),
          );
      }
    }
    if (own.size === 0 && (ultralyticsSplits.has(split) || places.some(isPath)))
      findings.push(finding('split-empty', { file: dataFile }, `${split} has no images in ${places.join(', ')}`));
    for (const file of own) {
      const labelKey = labelOf(file.key);
      const label = byKey.get(labelKey);
      images.push({ file, split, labelKey, ...(label === undefined ? {} : { label }) });
    }
  }
  images.sort((one, other) => (one.file.key < other.file.key ? -1 : 1));
  return { images, findings: [...findings, ...nameFindings(images), ...strayFindings(files, images)] };
}

/** Whether what another key says is meant for images: `production/images` is, `version: 3` and an address are not. */
function isPath(place: string): boolean {
  return place.endsWith('.txt') || (place.includes('/') && !place.includes('://'));
}

/**
 * Where a place of `data.yaml` may lie: beside the file, or below its `path` where that is a folder of the set.
 *
 * `../train/images`, as Roboflow writes, is also looked for without its `../`, as Ultralytics does.
 */
export function placesIn(place: string, { path }: Pick<DataYaml, 'path'>): readonly string[] {
  const names = place.startsWith('../') ? [place, place.slice(3)] : [place];
  return [
    ...new Set(names.flatMap((name) => [name, ...(path === undefined ? [] : [`${path}/${name}`])]).map(cleanPath)),
  ];
}

/** The images of the first folder that has some. */
function below<F extends Listed>(files: readonly F[], folders: readonly string[]): F[] {
  for (const folder of folders) {
    const prefix = folder === '' ? '' : `${folder}/`;
    const found = files.filter(({ key }) => key.startsWith(prefix) && imageExtension.test(key));
    if (found.length > 0) return found;
  }
  return [];
}

/** `./a//b/` as `a/b`; what leads out of the set stays as it is and is found nowhere. */
export function cleanPath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function labelOf(key: string): string {
  const slashed = `/${key}`;
  const at = slashed.lastIndexOf('/images/');
  const moved = at < 0 ? key : `${slashed.slice(0, at)}/labels/${slashed.slice(at + 8)}`.slice(1);
  return moved.replace(/\.[^./]+$/, '.txt');
}

function nameFindings(images: readonly ImagePlace<Listed>[]): Finding[] {
  const found: Finding[] = [];
  const byLabel = new Map<string, string>();
  const byFold = new Map<string, string>();
  for (const { file, labelKey } of images) {
    const twin = byLabel.get(labelKey);
    if (twin !== undefined && twin !== file.key)
      found.push(finding('stem-shared', { file: file.key }, `shares ${labelKey} with ${twin}`));
    byLabel.set(labelKey, twin ?? file.key);
    const folded = file.key.toLowerCase();
    const other = byFold.get(folded);
    if (other !== undefined && other !== file.key)
      found.push(finding('case-collision', { file: file.key }, `is ${other} on many systems`));
    byFold.set(folded, other ?? file.key);
  }
  return found;
}

function strayFindings(files: readonly Listed[], images: readonly ImagePlace<Listed>[]): Finding[] {
  const wanted = new Set(images.map(({ labelKey }) => labelKey));
  const folders = new Set([...wanted].map((key) => key.slice(0, key.lastIndexOf('/'))));
  return files.flatMap(({ key }) => {
    if (key.endsWith('.cache'))
      return [finding('label-cache', { file: key }, 'remove it, so that the labels are read')];
    const isLabel = key.endsWith('.txt') && folders.has(key.slice(0, key.lastIndexOf('/'))) && key.includes('labels/');
    return isLabel && !wanted.has(key)
      ? [finding('label-orphan', { file: key }, 'there is no image of this name')]
      : [];
  });
}
