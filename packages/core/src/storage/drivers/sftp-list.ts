import type { FileEntryWithStats, Stats } from 'ssh2';
import type { Entry } from '../../model/driver.ts';
import { inListing, troubleOf } from '../trouble.ts';
import type { SftpChannel } from './sftp-channel.ts';

// Folders asked at a time.
const foldersUnderWay = 8;

/** Asks one request of some channel, again where its trouble may pass. */
export type AskChannel = <T>(request: (channel: SftpChannel) => Promise<T>) => Promise<T>;

interface ListingSftp {
  readonly ask: AskChannel;
  /** Of folders that were not entered. */
  readonly linked: string[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Walks the files under a key prefix, a page for each folder.
 *
 * As on a local disk: a link to a file is listed as the file, and a linked folder is not entered; its key is put into
 * `linked`.
 */
export async function* listSftp(
  root: string,
  prefix: string,
  { ask, linked, signal }: ListingSftp,
): AsyncGenerator<readonly Entry[], void, undefined> {
  const waiting: string[] = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
  const underWay = new Map<string, Promise<Page>>();
  while (waiting.length > 0 || underWay.size > 0) {
    signal?.throwIfAborted();
    while (waiting.length > 0 && underWay.size < foldersUnderWay) {
      const folder = waiting.pop() ?? '';
      const page = readFolder(root, folder, prefix, { ask, linked });
      page.catch(() => undefined);
      underWay.set(folder, page);
    }
    const { folder, folders, entries } = await Promise.race(underWay.values());
    underWay.delete(folder);
    for (const next of folders) waiting.push(next);
    if (entries.length > 0) yield entries;
  }
}

interface Page {
  readonly folder: string;
  /** Keys that end with a slash. */
  readonly folders: readonly string[];
  readonly entries: readonly Entry[];
}

async function readFolder(
  root: string,
  folder: string,
  prefix: string,
  { ask, linked }: Pick<ListingSftp, 'ask' | 'linked'>,
): Promise<Page> {
  const folders: string[] = [];
  const entries: Entry[] = [];
  for (const { filename, attrs } of await namesIn(root, folder, ask)) {
    const key = folder + filename;
    if (attrs.isDirectory()) {
      // `prefix` is a text prefix: `a/b` also finds `a/bc/d`, and a folder on the way to it must be entered.
      if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) folders.push(`${key}/`);
      continue;
    }
    if (!key.startsWith(prefix)) continue;
    const stats = attrs.isSymbolicLink() ? await targetOf(`${root}/${key}`, ask) : attrs;
    if (stats?.isFile() === true) entries.push(entryOf(key, stats));
    else if (stats?.isDirectory() === true) linked.push(key);
  }
  return { folder, folders, entries };
}

async function namesIn(root: string, folder: string, ask: AskChannel): Promise<readonly FileEntryWithStats[]> {
  try {
    return await ask((channel) => channel.readdir(`${root}/${folder}`));
  } catch (error) {
    // A folder that is not there has no files; one that was removed while we walk has none any more.
    if (troubleOf(error)?.kind === 'missing') return [];
    throw inListing(error, folder);
  }
}

async function targetOf(path: string, ask: AskChannel): Promise<Stats | undefined> {
  try {
    return await ask((channel) => channel.stat(path));
  } catch (error) {
    if (troubleOf(error)?.kind === 'missing') return undefined;
    throw error;
  }
}

/** SFTP knows whole seconds; the size tells more changes apart than they do alone. */
export function entryOf(key: string, stats: Stats): Entry {
  return { key, size: stats.size, version: `${stats.mtime}-${stats.size}`, modifiedMs: stats.mtime * 1000 };
}
