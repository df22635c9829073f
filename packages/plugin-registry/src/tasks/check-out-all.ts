import { join } from 'node:path';
import type { RunContext } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { cachedKeys } from '../objects/cached-keys.ts';
import { type NeededOut, outKey, treeEntries } from '../objects/needed.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { linkTypesOf } from '../objects/place-file.ts';
import type { Repo } from '../repo/repo.ts';
import { folderOf, isWithin } from '../repo/targets.ts';
import { chunked } from '../steps/cache-files.ts';
import { dropFiles, type DropChunk } from '../steps/drop-files.ts';
import { placeFiles, type PlaceChunk } from '../steps/place-files.ts';
import { remember } from '../steps/remember.ts';
import { differenceOf } from '../workspace/compare.ts';
import { indexFolderOf } from '../workspace/look.ts';
import { type Here, hashesHere, hashingSteps } from './hashes-here.ts';

/** The steps a task needs for {@link checkOutAll}. */
export const checkoutSteps = { ...hashingSteps, placeFiles, dropFiles };

export interface CheckoutOptions {
  /** Files that are nowhere in the cache may be lost. */
  readonly discard: boolean;
  /** Place again what is right, by the kind of link that is configured now. */
  readonly relink: boolean;
}

export interface CheckedOut {
  /** Files that are new. */
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

interface Plan {
  readonly drop: readonly DropChunk[];
  readonly place: readonly PlaceChunk[];
  readonly counts: CheckedOut;
}

/** Makes the workspace what the outputs say, from the cache; nothing is touched before all of it is known to be safe. */
export async function checkOutAll(
  repo: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<unknown>, 'map' | 'once'>,
  options: CheckoutOptions,
): Promise<CheckedOut> {
  const here = await hashesHere(repo, outs, context);
  const cached = cachedKeys(repo.cacheDir);
  const plans = outs.map((out) => planOf(repo, out, { here: here.get(out.path), cached, options }));
  const drop = plans.flatMap((plan) => plan.drop);
  const place = plans.flatMap((plan) => plan.place);
  // What goes, goes first: a folder may take the place of a file.
  if (drop.length > 0) await context.map(dropFiles, drop);
  if (place.length > 0) {
    const placed = context.map(placeFiles, place);
    await context.once(remember, { root: repo.root, chunks: placed }, { key: 'placed' });
  }
  const counts = { added: 0, modified: 0, deleted: 0 };
  for (const plan of plans) {
    for (const word of ['added', 'modified', 'deleted'] as const) counts[word] += plan.counts[word];
  }
  return counts;
}

function planOf(
  repo: Repo,
  out: NeededOut,
  given: {
    readonly here: Here | undefined;
    readonly cached: ReadonlySet<string>;
    readonly options: CheckoutOptions;
  },
): Plan {
  const { here, cached, options } = given;
  const { path, layout, part } = out;
  const key = outKey(out);
  const isFolder = isTreeOid(out.oid);
  const tracked = cached.has(key) ? treeEntries(repo.cacheDir, out) : undefined;
  if (tracked === undefined) throw registryFailures['object-missing']({ path, key, cacheDir: repo.cacheDir });
  const wanted = isFolder ? tracked : [{ relpath: path.slice(path.lastIndexOf('/') + 1), md5: out.oid }];
  const md5 = new Map(wanted.map((entry) => [entry.relpath, entry.md5]));
  const isOther = here !== undefined && here.look.isFolder !== isFolder;
  const files = new Map([...(here?.md5 ?? [])].filter(([relpath]) => part === undefined || isWithin(relpath, part)));
  const found = isOther ? new Map<string, string>() : files;
  const { added, deleted, modified } = differenceOf(wanted, found);
  const gone = isOther ? [...files.keys()] : added;
  const lost = [...gone, ...modified].filter((relpath) => !isSaved(files.get(relpath), cached));
  if (lost.length > 0 && !options.discard) {
    throw registryFailures.unsaved({ path, count: lost.length, first: lost[0] ?? '' });
  }
  const places = options.relink ? [...md5.keys()] : [...deleted, ...modified];
  const missing = places.find((relpath) => !cached.has(objectKey(md5.get(relpath) ?? '', layout)));
  if (missing !== undefined) {
    const lack = objectKey(md5.get(missing) ?? '', layout);
    throw registryFailures['object-missing']({
      path: isFolder ? `${path}/${missing}` : path,
      key: lack,
      cacheDir: repo.cacheDir,
    });
  }
  const folder = isFolder ? path : folderOf(path);
  const types = linkTypesOf(repo.config.sections.get('cache')?.get('type'));
  return {
    drop: [...chunked(gone)].map((relpaths, at) => ({
      key: `${path} ${at + 1}`,
      folder: join(repo.root, here?.look.folder ?? folder),
      relpaths,
      ...(isOther && !isFolder ? { andFolder: true } : {}),
    })),
    place: [...chunked(places, 500)].map((relpaths, at) => ({
      key: `${path} ${part ?? ''} ${at + 1}`,
      root: repo.root,
      path,
      folder,
      indexFolder: indexFolderOf(folder, layout),
      cacheDir: repo.cacheDir,
      layout,
      types,
      ...(out.out.isexec === true ? { isexec: true } : {}),
      files: relpaths.map((relpath) => [relpath, md5.get(relpath) ?? ''] as const),
    })),
    counts: { added: deleted.length, modified: modified.length, deleted: gone.length },
  };
}

function isSaved(md5: string | undefined, cached: ReadonlySet<string>): boolean {
  return md5 !== undefined && (cached.has(objectKey(md5)) || cached.has(objectKey(md5, 'legacy')));
}
