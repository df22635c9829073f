import { findLeaks, type LeakReport } from '@dataset-runner/kit/leaks';
import type { SeenImage } from '../steps/look-at-image.ts';

/** An image with the set it was found in. */
export interface CheckedImage extends SeenImage {
  /** The path from the root of the repository, or of the place it lies in. */
  readonly path: string;
}

export interface CheckLimits {
  /** Up to this brightness an image is too dark, 0 to 255. */
  readonly dark: number;
  /** From this brightness on it is too bright. */
  readonly bright: number;
  /** Bits two perceptual hashes may differ and still be near. */
  readonly distance: number;
  /** Names of folders that stand for the parts of a split. */
  readonly splits: readonly string[];
}

/** What is wrong with images. */
export interface ImageTrouble {
  readonly corrupt: readonly { readonly path: string; readonly why: string }[];
  /** Images of a kind that is not decoded here, which nobody looked at further than at their names. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
  readonly dark: readonly string[];
  readonly bright: readonly string[];
  /** Paths that would overwrite each other: in one folder, or on a disk that does not tell letter case apart. */
  readonly collisions: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** Alike images, by part of the split; those outside of any part are in the part ''. */
  readonly leaks: LeakReport;
}

/** Looks for everything that DVC does not look for; pure, and the same in whatever order the images come. */
export function findTrouble(images: readonly CheckedImage[], limits: CheckLimits): ImageTrouble {
  const sorted = images.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const whole = sorted.filter(({ problem }) => problem === undefined);
  return {
    corrupt: problemsOf(sorted.filter(({ unread }) => unread === undefined)),
    unread: problemsOf(sorted.filter(({ unread }) => unread === true)),
    dark: whole.filter(({ light }) => light !== undefined && light.brightness <= limits.dark).map(({ path }) => path),
    bright: whole
      .filter(({ light }) => light !== undefined && light.brightness >= limits.bright)
      .map(({ path }) => path),
    collisions: collisionsIn(sorted.map(({ path }) => path)),
    leaks: findLeaks(
      whole.map(({ path, md5, phash }) => ({
        key: path,
        split: splitOf(path, limits.splits),
        sha256: md5,
        ...(phash === undefined ? {} : { phash }),
      })),
      { distance: limits.distance },
    ),
  };
}

/** The part of a split a path lies in: the first of its folders that is named like one; '' for none. */
export function splitOf(path: string, splits: readonly string[]): string {
  return (
    path
      .split('/')
      .slice(0, -1)
      .find((folder) => splits.includes(folder.toLowerCase())) ?? ''
  );
}

function problemsOf(images: readonly CheckedImage[]): ImageTrouble['corrupt'] {
  return images.flatMap(({ path, problem }) => (problem === undefined ? [] : [{ path, why: problem }]));
}

function collisionsIn(paths: readonly string[]): ImageTrouble['collisions'] {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    // Basenames meet when a script flattens folders; case and Unicode form are one on some disks.
    const name = (path.split('/').at(-1) ?? '').normalize('NFC').toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName].filter(([, all]) => all.length > 1).map(([name, all]) => ({ name, paths: all }));
}
