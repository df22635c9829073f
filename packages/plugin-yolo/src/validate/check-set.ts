import { findLeaks } from '@dataset-runner/kit/leaks';
import type { SplitLine } from '../split/splits-csv.ts';
import { finding, type Finding } from './rules.ts';

/** What was seen of an image and its label. */
export interface SeenImage {
  readonly file: string;
  readonly split: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** 16 hexadecimal digits; missing when near duplicates are not looked for. */
  readonly phash?: string;
  /** Pixels; 0 when it cannot be read. */
  readonly width: number;
  readonly height: number;
  /** `none`: no label file. */
  readonly label: 'none' | 'empty' | 'full';
  /** Of the rows that can be read. */
  readonly classes: readonly number[];
}

export interface WholeSet {
  readonly images: readonly SeenImage[];
  readonly names: readonly string[];
  /** Of `splits.csv`, where the set has one. */
  readonly lines: readonly SplitLine[];
  /** Bits two hashes may differ and still be near. */
  readonly distance: number;
  /** What findings about the whole set are said of. */
  readonly dataFile: string;
}

/** What only shows when all files are seen together: leaks across splits, classes nobody can learn, odd mixtures. */
export function checkSet(set: WholeSet): Finding[] {
  return [...acrossSplits(set), ...groupsAcross(set), ...classFindings(set), ...mixtures(set)];
}

function acrossSplits({ images, distance }: WholeSet): Finding[] {
  const found: Finding[] = [];
  const first = new Map<string, SeenImage>();
  for (const image of images) {
    const other = first.get(image.sha256);
    if (other === undefined) first.set(image.sha256, image);
    else if (other.split !== image.split) {
      found.push(
        finding(
          'image-across-splits',
          { file: image.file },
          `of ${image.split} is also ${other.file} of ${other.split}`,
        ),
      );
    }
  }
  const hashed = images.flatMap(({ file, split, sha256, phash }) =>
    phash === undefined ? [] : [{ key: `${split}\n${file}`, file, split, sha256, phash }],
  );
  const report = findLeaks(hashed, { distance });
  const same = report.sameHash.across.flatMap(({ items: [one, ...others] }) =>
    others.map((other) => ({ one: one!, other, distance: 0 })),
  );
  for (const pair of [...same, ...report.near.across]) {
    const { one, other } = pair;
    if (one.sha256 === other.sha256 || one.split === other.split) continue;
    found.push(
      finding(
        'image-near-across-splits',
        { file: other.file },
        `of ${other.split} is ${pair.distance} bits from ${one.file} of ${one.split}`,
      ),
    );
  }
  return found;
}

function groupsAcross({ lines }: WholeSet): Finding[] {
  const first = new Map<string, SplitLine>();
  return lines.flatMap((line, index) => {
    const other = first.get(line.group);
    if (other === undefined) first.set(line.group, line);
    if (other === undefined || other.split === line.split) return [];
    const message = `group ${line.group} stands in ${other.split} (${other.image}) and ${line.split}`;
    return [finding('group-across-splits', { file: 'splits.csv', line: index + 2 }, message)];
  });
}

function classFindings({ images, names, dataFile }: WholeSet): Finding[] {
  const counts = names.map(() => 0);
  for (const { split, classes } of images)
    if (split === 'train') for (const id of classes) if (id in counts) counts[id]!++;
  const found = names.flatMap((name, id) =>
    counts[id] === 0 ? [finding('class-unused', { file: dataFile }, `train has no '${name}'`)] : [],
  );
  const used = counts.filter((count) => count > 0);
  const [most, least] = [Math.max(0, ...used), Math.min(Infinity, ...used)];
  if (most >= least * 50)
    found.push(
      finding('classes-imbalanced', { file: dataFile }, `train has from ${least} to ${most} objects of a class`),
    );
  return found;
}

function mixtures({ images, dataFile }: WholeSet): Finding[] {
  const found: Finding[] = [];
  const train = images.filter(({ split }) => split === 'train');
  const backgrounds = train.filter(({ label }) => label !== 'full').length;
  if (train.length > 0 && (backgrounds === 0 || backgrounds > train.length / 10)) {
    found.push(
      finding(
        'backgrounds-share',
        { file: dataFile },
        `${backgrounds} of ${train.length} images of train have no objects; up to a tenth is usual`,
      ),
    );
  }
  const bare = images.filter(({ label }) => label === 'none');
  if (bare.length > 0 && images.some(({ label }) => label === 'empty')) {
    found.push(
      finding(
        'label-missing-mixed',
        { file: bare[0]!.file },
        `it and ${bare.length - 1} others have no label, where others have an empty one`,
      ),
    );
  }
  const sizes = new Set(images.filter(({ width }) => width > 0).map(({ width, height }) => `${width}x${height}`));
  if (sizes.size > 1) found.push(finding('image-sizes-mixed', { file: dataFile }, `images have ${sizes.size} sizes`));
  return found;
}
