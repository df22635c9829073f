import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join, posix } from 'node:path';
import type { Entry } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { inListing } from '../trouble.ts';

// Half a millisecond of stats at a time: the event loop breathes between pages.
const pageEntries = 512;

/**
 * Walks the files under a key prefix, in key order, page by page.
 *
 * A link to a file is listed as the file; a linked folder is not entered, as it may lead out of the store or in
 * a circle, and its key is put into `linked`. What is neither file nor folder (sockets, devices) is not listed.
 */
export function* listLocal(
  root: string,
  prefix: string,
  linked: string[],
): Generator<readonly Entry[], void, undefined> {
  const slash = prefix.lastIndexOf('/');
  const folder = prefix.slice(0, slash + 1);
  let page: Entry[] = [];
  for (const key of keysBelow(root, folder, prefix)) {
    const stats = statAt(root, key);
    if (stats?.isDirectory() === true) linked.push(key);
    if (stats?.isFile() !== true) continue;
    page.push(entryOf(key, stats));
    if (page.length < pageEntries) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function* keysBelow(root: string, folder: string, prefix: string): Generator<string, void, undefined> {
  for (const name of namesIn(root, folder)) {
    const key = folder + name;
    const isFolder = name.endsWith('/');
    // `prefix` is a text prefix: `a/b` also finds `a/bc/d`, and a folder on the way to it must be entered.
    if (!key.startsWith(prefix) && !(isFolder && prefix.startsWith(key))) continue;
    if (!isFolder) yield key;
    else {
      // Its files would be left out of the list without a word.
      if (key.includes(replacement) && !existsSync(`${root}/${key}`)) refuseMisnamed(root, key.slice(0, -1));
      yield* keysBelow(root, key, prefix);
    }
  }
}

/** Names of folders end with `/`, so that sorting names sorts keys. */
function namesIn(root: string, folder: string): string[] {
  const names: string[] = [];
  for (const dirent of readFolder(root, folder)) {
    if (dirent.isDirectory()) names.push(`${dirent.name}/`);
    else if (dirent.isFile() || dirent.isSymbolicLink()) names.push(dirent.name);
  }
  // Ordered keys make the engine's look-ups twice as fast; sorting 100,000 names costs about 60 ms.
  return names.sort();
}

function readFolder(root: string, folder: string): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder that is not there has no files; one that was removed while we walk has none any more.
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw inListing(error, folder);
  }
}

const maybe = { throwIfNoEntry: false } as const;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, maybe);
  } catch (error) {
    // A link that leads to itself leads to nothing, as one to what is gone does.
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

/** The entry of a file, or undefined when there is none. */
export function entryAt(root: string, key: string): Entry | undefined {
  const stats = statAt(root, key);
  return stats?.isFile() === true ? entryOf(key, stats) : undefined;
}

function statAt(root: string, key: string): Stats | undefined {
  // Keys are checked already; `join` would take each apart once more.
  const stats = statOf(`${root}/${key}`);
  if (stats === undefined && key.includes(replacement)) refuseMisnamed(root, key);
  return stats;
}

function entryOf(key: string, { size, mtimeMs }: Stats): Entry {
  return { key, size, version: String(mtimeMs), modifiedMs: mtimeMs };
}

// Linux names are bytes; Node replaces what is not UTF-8, and then nothing can open the file by that name.
const replacement = '\uFFFD';

/** Throws `store.key` when what a key names is there, under a name that is not UTF-8. */
function refuseMisnamed(root: string, key: string): void {
  const folder = join(root, posix.dirname(key));
  const shown = posix.basename(key);
  const bytes = namesAsBytes(folder).find((name) => !isUtf8(name) && name.toString() === shown);
  if (bytes === undefined) return;
  throw fail('store.key', {
    key,
    why: 'it is not UTF-8',
    hint: `Rename it in ${folder}, where a shell knows it as ${shellText(bytes)}; or all at once, with convmv.`,
  });
}

function namesAsBytes(folder: string): Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' });
  } catch {
    // Whoever asked hears that there is no such file.
    return [];
  }
}

/** Bytes as `$'...'`, which bash and zsh take for the very same bytes. */
function shellText(bytes: Buffer): string {
  const parts = [...bytes].map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === "'" || char === '\\') return `\\${char}`;
    return byte >= 32 && byte < 127 ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `$'${parts.join('')}'`;
}
