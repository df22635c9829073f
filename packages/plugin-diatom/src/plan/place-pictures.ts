import { split, type SplitLine, type SplitPlan } from '@dataset-runner/kit/split';
import { picturePath } from '../layout.ts';
import type { Labelled } from '../picture.ts';
import type { PictureNote } from '../steps/note-picture.ts';
import type { PlacedPicture } from '../steps/place-picture.ts';
import { namePictures } from './name-pictures.ts';
import { groupPictures } from './group-pictures.ts';

/** How a set is divided; the params of `split` and `build`. */
export interface Division {
  /** Pictures of each species. */
  readonly testCount: number;
  /** Of each species, above 0 and below 1; wins over the count. */
  readonly testShare?: number | undefined;
  readonly seed: number;
  /** Source of a regular expression; see `groupPictures`. */
  readonly groupBy?: string | undefined;
  readonly smallClass: 'error' | 'warn' | 'all-train';
}

/** Where one picture goes, and all the manifest and the reports say of it. */
export interface Placement {
  readonly key: string;
  /** `results/<split>/<species>/<file>`. */
  readonly path: string;
  readonly picture: Labelled;
  readonly group: string;
  readonly split: string;
}

export interface PlacedSet {
  /** Sorted by path. */
  readonly placements: readonly Placement[];
  /** Pictures by split, then species. */
  readonly counts: SplitPlan['counts'];
  readonly train: number;
  readonly test: number;
  /** For people: what could not be done as asked. */
  readonly warnings: readonly string[];
}

/**
 * Divides pictures into train and test and names their files; pure, so the same pictures give the same set.
 *
 * Pictures of one specimen, and pictures with equal bytes, are never torn apart. `previous` is an earlier manifest
 * whose placements stay. Throws kit's `split.*` failures before anything is placed.
 */
export function placePictures(
  pictures: readonly Labelled[],
  division: Division,
  previous: readonly SplitLine[] = [],
): PlacedSet {
  const groups = groupPictures(pictures, division.groupBy);
  const plan = split(
    pictures.map((picture) => ({
      key: picture.key,
      class: picture.species,
      sha256: picture.sha256,
      group: groups.of.get(picture.key) ?? picture.key,
      ...(picture.archive === undefined ? {} : { source: picture.archive }),
    })),
    {
      parts: { test: division.testShare ?? division.testCount, train: 'rest' },
      seed: division.seed,
      onSmallClass: division.smallClass,
      previous,
    },
  );
  const names = namePictures(pictures);
  const byKey = new Map(pictures.map((picture) => [picture.key, picture]));
  const placements = plan.assignments.map((line): Placement => {
    const picture = byKey.get(line.key) as Labelled;
    const path = picturePath(line.split, picture.species, names.get(line.key) as string);
    return { key: line.key, path, picture, group: line.group, split: line.split };
  });
  return {
    placements: placements.sort((a, b) => (a.path < b.path ? -1 : 1)),
    counts: plan.counts,
    train: plan.totals['train'] ?? 0,
    test: plan.totals['test'] ?? 0,
    warnings: [...plan.warnings.map((warning) => warning.message), ...groups.warnings],
  };
}

/** A placed set on its way into maps. */
export interface SetItems extends Omit<PlacedSet, 'placements'> {
  readonly placed: Iterable<PlacedPicture>;
  readonly notes: Iterable<PictureNote>;
}

/** The items of a set. Each list is read once, and no picture is held here when both have been: a set may have millions. */
export function itemsOf({ placements, ...said }: PlacedSet): SetItems {
  return { ...said, placed: each(placements, asPlaced), notes: each(placements, asNote) };
}

function* each<T, R>(list: readonly T[], make: (one: T) => R): Generator<R> {
  for (const one of list) yield make(one);
}

/** The part of a placement that moves bytes. */
function asPlaced({ key, path, picture }: Placement): PlacedPicture {
  return { key, path, file: picture.file };
}

/** The part of a placement that the manifest and the reports read. */
function asNote({ key, path, picture, group, split: part }: Placement): PictureNote {
  const { sha256, phash, species, archive } = picture;
  return { key, path, sha256, phash, species, group, split: part, ...(archive === undefined ? {} : { archive }) };
}
