import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import type { Block, Picture } from '@dataset-runner/kit/report';
import type { CheckedImage, CheckLimits, ImageTrouble } from '../images/find-trouble.ts';
import type { SeenImage } from './look-at-image.ts';

export interface TroubleSearch {
  readonly images: ResultsReader<SeenImage>;
  readonly limits: CheckLimits;
  readonly title: string;
}

/** How much was found of each kind. */
export interface TroubleFound {
  readonly images: number;
  readonly corrupt: number;
  /** Of a kind that is not decoded here. */
  readonly unread: number;
  readonly dark: number;
  readonly bright: number;
  readonly collisions: number;
  /** Pairs of alike images in different parts of a split. */
  readonly leaks: number;
  /** Pairs of alike images in one part. */
  readonly duplicates: number;
  readonly json: FileRef;
  readonly html: FileRef;
}

const pairsShown = 60;

/** Searches all images together and writes what it found, as JSON and as a page with the suspects side by side. */
export const reportTrouble = defineStep({
  name: 'report-trouble',
  needs: { cpu: true },
  async work({ images, limits, title }: TroubleSearch, { output, bytes }): Promise<TroubleFound> {
    // Imported here, because every task of this plugin would wait for them at its start.
    const { reportPage, thumbnail } = await import('@dataset-runner/kit/report');
    const { findTrouble } = await import('../images/find-trouble.ts');
    const checked: CheckedImage[] = [];
    for await (const { key, result } of images) checked.push({ ...result, path: key });
    const trouble = findTrouble(checked, limits);
    const byPath = new Map(checked.map((image) => [image.path, image.file]));
    const picture = async (path: string): Promise<Picture> => {
      const file = byPath.get(path);
      return { src: file === undefined ? undefined : await thumbnail(await bytes(file)), caption: path };
    };
    const count = (side: 'across' | 'within'): number => trouble.leaks.bands.reduce((sum, band) => sum + band[side], 0);
    const found = {
      images: checked.length,
      corrupt: trouble.corrupt.length,
      unread: trouble.unread.length,
      dark: trouble.dark.length,
      bright: trouble.bright.length,
      collisions: trouble.collisions.length,
      leaks: count('across'),
      duplicates: count('within'),
    };
    const page = reportPage({
      title,
      subtitle: `${found.images} images; alike means up to ${limits.distance} bits apart`,
      figures: Object.entries(found).map(([label, value]) => ({
        label,
        value,
        ...(label === 'images' ? {} : { tone: value === 0 ? ('good' as const) : ('bad' as const) }),
      })),
      sections: [
        { title: 'Files', blocks: tables(trouble) },
        { title: 'Alike images', blocks: [await pairs(trouble, picture)] },
      ],
    });
    return {
      ...found,
      json: await output.write('check.json', `${JSON.stringify({ ...found, ...trouble }, undefined, 2)}\n`),
      html: await output.write('check.html', page),
    };
  },
});

function tables({ corrupt, unread, dark, bright, collisions }: ImageTrouble): Block[] {
  const rows = [
    ...corrupt.map(({ path, why }) => ['corrupt', path, why]),
    ...unread.map(({ path, why }) => ['not read', path, why]),
    ...dark.map((path) => ['too dark', path, '']),
    ...bright.map((path) => ['too bright', path, '']),
    ...collisions.map(({ name, paths }) => ['same name', name, paths.join(', ')]),
  ];
  if (rows.length === 0) return [{ kind: 'text', text: 'Nothing was found.' }];
  return [{ kind: 'table', caption: 'What was found, file by file', columns: ['kind', 'file', 'detail'], rows }];
}

async function pairs({ leaks }: ImageTrouble, picture: (path: string) => Promise<Picture>): Promise<Block> {
  const groups = [...leaks.exact.across, ...leaks.sameHash.across, ...leaks.exact.within, ...leaks.sameHash.within];
  const alike = [
    ...groups.map(({ items: [one, other] }) => ({ one, other, note: 'the same picture' })),
    ...[...leaks.near.across, ...leaks.near.within].map(({ one, other, distance }) => ({
      one,
      other,
      note: `${distance} bits apart`,
    })),
  ];
  const shown = [];
  for (const { one, other, note } of alike.slice(0, pairsShown)) {
    if (one === undefined || other === undefined) continue;
    const warn = one.split !== other.split;
    const parts = [one.split, other.split] as const;
    shown.push({ pictures: [await picture(one.key), await picture(other.key)] as const, parts, note, warn });
  }
  const series = [...new Set(shown.flatMap(({ parts }) => parts))].sort();
  if (shown.length === 0) return { kind: 'text', text: 'No two images are alike.' };
  return {
    kind: 'pairs',
    caption: `The first ${shown.length} pairs or groups; across parts first`,
    pairs: shown,
    series,
  };
}
