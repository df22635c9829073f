import { defineStep, type FileRef, refUrl, type ResultsReader } from '@dataset-runner/core/plugin';
import { findLeaks as search, type LeakReport } from '@dataset-runner/kit/leaks';
import { reportPage } from '@dataset-runner/kit/report';
import { splitReport } from '@dataset-runner/kit/split-report';
import { diatomFailures } from '../failures.ts';
import { reportsFolder } from '../layout.ts';
import { planOf } from '../plan/plan-of-notes.ts';
import type { PictureNote } from './note-picture.ts';
import type { PlacedPicture } from './place-picture.ts';

/** A set to search, and how. */
export interface LeakSearch {
  readonly notes: ResultsReader<PictureNote>;
  /** Where each picture lies, by the same keys. */
  readonly pictures: ResultsReader<PlacedPicture>;
  /** Bits. */
  readonly distance: number;
  readonly warnings: readonly string[];
}

export interface LeaksFound {
  /** Pairs of alike pictures across the splits, to the distance searched. */
  readonly across: number;
  /** Of these, pairs with equal bytes or equal hashes. */
  readonly same: number;
  /** The first of these; '' when there is none. */
  readonly first: string;
  readonly json: FileRef;
  readonly html: FileRef;
}

/** Searches a set for pictures that stand in both splits, by bytes and by look, and writes what it found. */
export const findLeaks = defineStep({
  name: 'find-leaks',
  needs: { cpu: true },
  async work(item: LeakSearch, { output, bytes }): Promise<LeaksFound> {
    const notes: PictureNote[] = [];
    for await (const { result } of item.notes) notes.push(result);
    const leaks = search(
      notes.map(({ key, path, split, species, sha256, phash }) => ({
        key,
        path,
        split,
        class: species,
        sha256,
        phash,
      })),
      { distance: item.distance },
    );
    const across = leaks.bands.reduce((sum, band) => sum + band.across, 0);
    const same = leaks.bands.slice(0, 2).reduce((sum, band) => sum + band.across, 0);
    const page = await splitReport(planOf(notes, item.warnings), {
      title: 'Split and leak report',
      subtitle: `${notes.length} pictures, searched to ${item.distance} bits`,
      leaks,
      read: async (key) => bytes((item.pictures.get(key) as PlacedPicture).file),
    });
    return {
      across,
      same,
      first: firstOf(leaks),
      json: await output.write(
        `${reportsFolder}/leaks.json`,
        `${JSON.stringify({ across, same, ...leaks }, undefined, 2)}\n`,
      ),
      html: await output.write(`${reportsFolder}/leaks.html`, reportPage(page)),
    };
  },
});

/** Throws `diatom.leak-found` for a set that may have no leak: what was found is written already. */
export function refuseLeaks({ same, first, html }: LeaksFound): void {
  if (same > 0) throw diatomFailures['leak-found']({ pairs: same, first, report: refUrl(html) });
}

function firstOf({ exact, sameHash }: LeakReport): string {
  const group = exact.across[0] ?? sameHash.across[0];
  return (group?.items ?? [])
    .slice(0, 2)
    .map(({ key }) => `'${key}'`)
    .join(' and ');
}
