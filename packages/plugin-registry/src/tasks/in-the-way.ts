import { lstatSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { RunContext } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { cacheFiles, chunked } from '../steps/cache-files.ts';
import { walkFolder } from '../workspace/walk.ts';

export interface Arriving {
  /** Absolute: the file itself, or the folder that the files go into. */
  readonly to: string;
  readonly isFolder: boolean;
  /** By name, from the folder; of a single file its own name. */
  readonly files: readonly { readonly key: string; readonly md5: string }[];
}

/**
 * The files that lie where others are to go and have other bytes, by name; with `replaces` they may be replaced.
 *
 * What lies there may otherwise only be a part of what comes, as a killed run leaves it. Throws `registry.path-there`
 * for anything else there, and with `replaces` only where a file and a folder stand against each other.
 */
export async function othersInTheWay(
  { to, isFolder, files }: Arriving,
  { map }: Pick<RunContext<unknown>, 'map'>,
  { replaces }: { readonly replaces: boolean },
): Promise<ReadonlySet<string>> {
  const stat = statSync(to, { throwIfNoEntry: false });
  if (stat === undefined) {
    // A link that leads nowhere is somebody's too.
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) throw thereAlready(to);
    return new Set();
  }
  if (stat.isDirectory() !== isFolder) throw thereAlready(to);
  const folder = isFolder ? to : dirname(to);
  const there = isFolder ? walkFolder(to, '', { ignoreFiles: 'pass' }) : [{ relpath: basename(to), size: stat.size }];
  const wanted = new Map(files.map(({ key, md5 }) => [key, md5]));
  const alien = there.find(({ relpath }) => !wanted.has(relpath));
  if (alien !== undefined && !replaces) throw thereAlready(`${folder}/${alien.relpath}`);
  const met = there.filter(({ relpath }) => wanted.has(relpath)).map(({ relpath, size }) => ({ relpath, size }));
  const chunks = [...chunked(met)].map((part, at) => {
    return { key: `${to} ${at + 1}`, path: to, folder, indexFolder: '', walkedMs: 0, files: part };
  });
  if (chunks.length === 0) return new Set();
  const hashed = await map(cacheFiles, chunks, { name: 'hash-present' }).toArray();
  const others = hashed.flatMap((chunk) => chunk.files).filter(([name, md5]) => wanted.get(name) !== md5);
  const [first] = others;
  if (first !== undefined && !replaces) throw thereAlready(`${folder}/${first[0]}`);
  return new Set(others.map(([name]) => name));
}

function thereAlready(path: string): Error {
  return registryFailures['path-there']({ path }, { hint: 'Move it away, or give --discard to replace it.' });
}
