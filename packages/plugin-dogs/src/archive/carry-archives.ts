import type { Results, RunContext } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';
import { type Dataset, placeOf } from '../layout.ts';
import { lockArchive } from '../steps/lock-archive.ts';
import { unpackArchive } from '../steps/unpack-archive.ts';
import { type ArchiveSeen, isSeen, type PinnedArchive, type Unpacked } from './remote-archive.ts';

export interface Carrying {
  readonly dataset: Dataset;
  readonly out: string;
  readonly locks: string;
  readonly spool: boolean;
  readonly archives: readonly PinnedArchive[];
}

/** What was carried, with the archives it came in. */
export interface Carried {
  readonly place: string;
  /** Paths below the place, in the order of the archives. */
  readonly keys: readonly string[];
  readonly seen: readonly ArchiveSeen[];
}

export const carrySteps = { unpackArchive, lockArchive };

/** Carries the files of all archives of a set into its place, side by side, and locks what came. */
export async function carryArchives(
  { map, log }: Pick<RunContext<unknown>, 'map' | 'log'>,
  { dataset, out, locks, spool, archives }: Carrying,
): Promise<Carried> {
  refuseTwice(archives);
  const place = placeOf(out, dataset);
  const items = archives.map((archive) => ({ ...archive, key: `${dataset}/${archive.name}`, locks, spool }));
  const rows: Results<Unpacked | ArchiveSeen> = map(unpackArchive, items, {
    into: place,
    exact: true,
    name: `${dataset}: unpack`,
  });
  const keys: string[] = [];
  const seen: ArchiveSeen[] = [];
  await rows;
  for await (const row of rows) {
    if (isSeen(row)) seen.push(row);
    else keys.push(row.key);
  }
  for (const { archive, how, entries, junk, warnings } of seen) {
    log(`${archive}: ${entries} files, ${how}${junk === 0 ? '' : `, ${junk} system files left out`}`);
    for (const warning of warnings) log(`${archive}: ${warning}`);
  }
  const first = seen.filter(({ locked }) => !locked);
  await map(
    lockArchive,
    first.map(({ archive, sizeBytes, sha256, directorySha256 }) => ({
      key: archive,
      sizeBytes,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(directorySha256 === undefined ? {} : { directorySha256 }),
    })),
    { into: locks, name: `${dataset}: lock` },
  );
  return { place, keys, seen };
}

function refuseTwice(archives: readonly PinnedArchive[]): void {
  for (const { name } of archives) {
    const urls = archives.filter((archive) => archive.name === name).map(({ url }) => url);
    if (urls.length > 1) throw dogsFailures['archive-twice']({ name, urls });
  }
}
