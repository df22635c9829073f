import type { RunContext } from '@dataset-runner/core/plugin';
import { csvTable } from '@dataset-runner/kit/csv-rows';
import type { PhotoLine } from './plan-photos.ts';

/** What did not come, below the place of the set. */
export const missingFile = 'failures.csv';

/** All that was asked for, beside it. */
export const photosFile = 'photos.csv';

export const photoColumns = ['AnimalInternal-ID', 'PhotoUrl'] as const;

type Store = Awaited<ReturnType<RunContext<unknown>['store']>>;

/**
 * The table that is meant: that of the last run where what is given are the photos that did not come then.
 *
 * By itself the list of failures would be another set: photos would be called otherwise, and those that came would go.
 */
export async function wholeTable(lines: readonly PhotoLine[], set: Store): Promise<readonly PhotoLine[]> {
  if ((await set.stat(missingFile)) === undefined || (await set.stat(photosFile)) === undefined) return lines;
  const missing = new Set((await tableIn(set, missingFile)).map(nameOf));
  const given = new Set(lines.map(nameOf));
  return given.size === missing.size && [...missing].every((name) => given.has(name))
    ? tableIn(set, photosFile)
    : lines;
}

function nameOf({ 'AnimalInternal-ID': id, PhotoUrl: url }: PhotoLine): string {
  return `${id} ${url}`;
}

async function tableIn(set: Store, file: string): Promise<PhotoLine[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await set.read(file)) pieces.push(piece);
  const { columns, rows } = csvTable(Buffer.concat(pieces), { file, required: photoColumns });
  const [id, url] = photoColumns.map((name) => columns.indexOf(name));
  return [...rows].map(({ cells }) => ({ 'AnimalInternal-ID': cells[id!]!, PhotoUrl: cells[url!]! }));
}
