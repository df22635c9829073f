import { Semaphore } from '../../lib/semaphore.ts';
import { StoreTrouble, type Entry } from '../../model/driver.ts';
import { isStaged, stagingFolder } from '../key.ts';
import { inListing } from '../trouble.ts';
import type { DavResource } from './webdav-multistatus.ts';
import { what, type DavSession } from './webdav-session.ts';

/** A child of a listed folder. */
export interface DavChild {
  readonly key: string;
  readonly resource: DavResource;
}

// Enough to hide a service's latency, few enough not to look like an attack.
const parallelFolders = 8;
// One that is slow keeps the others from being given, but not from being asked for.
const foldersAhead = 16;

/**
 * Walks the files under a prefix, one folder per page, each sorted by name.
 *
 * Folders are asked for and given in the order of their keys, in which other places list: who joins two listings has to
 * hold what one of them has named and the other not yet. Nobody may rely on it, for a folder's files come before those of
 * the folders in it. One level at a time: `Depth: infinity` is refused by some servers and silently cut short by others.
 */
export async function* listDav(
  session: DavSession,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly Entry[]> {
  const places = new Semaphore(parallelFolders);
  let isLeft = false;
  const ask = async (folder: string): Promise<readonly DavChild[]> => {
    await places.acquire(signal);
    try {
      // The store around us cannot repeat half a walk; a single folder can be asked again.
      return isLeft ? [] : await session.patiently(() => childrenOf(session, folder, signal), signal);
    } catch (error) {
      throw inListing(error, folder);
    } finally {
      places.release();
    }
  };
  const asked: Promise<readonly DavChild[]>[] = [];
  /** The next one last. */
  const waiting = [prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')))];
  try {
    for (;;) {
      while (waiting.length > 0 && asked.length < foldersAhead) {
        const work = ask(waiting.pop() as string);
        // Its failure is thrown when it is its turn; whoever left early never hears of it.
        work.catch(() => undefined);
        asked.push(work);
      }
      const children = await asked.shift();
      if (children === undefined) return;
      const { entries, folders } = sorted(children, prefix);
      // One by one: there may be more than a call takes arguments.
      for (const folder of folders.reverse()) waiting.push(folder);
      if (entries.length > 0) yield entries;
    }
  } finally {
    isLeft = true;
  }
}

/** The files below a prefix and the folders that lead to some, each in the order of their keys. */
function sorted(children: readonly DavChild[], prefix: string): { entries: Entry[]; folders: string[] } {
  const entries: Entry[] = [];
  const folders: string[] = [];
  for (const { key, resource } of children) {
    if (!resource.isFolder) {
      if (key.startsWith(prefix)) entries.push(toEntry(key, resource));
    } else if (leadsTo(`${key}/`, prefix)) folders.push(`${key}/`);
  }
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { entries, folders: folders.sort().map((folder) => folder.slice(0, -1)) };
}

function leadsTo(folder: string, prefix: string): boolean {
  // Half-written files of all runs lie there; whoever wants them says so.
  if (folder.endsWith(`${stagingFolder}/`) && !isStaged(prefix)) return false;
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

/** The files and folders right below a folder; none when there is no such folder. */
export async function childrenOf(session: DavSession, folder: string, signal?: AbortSignal): Promise<DavChild[]> {
  return childrenIn(session, session.folderUrl(folder), folder, signal);
}

/** The same of a folder that may lie outside the store's own; `key` is what its children's keys start with. */
export async function childrenIn(
  session: DavSession,
  url: URL,
  key: string,
  signal: AbortSignal | undefined,
): Promise<DavChild[]> {
  const resources = await session.propfind(url, 1, signal);
  if (resources === undefined) return [];
  const self = findSelf(resources, url);
  if (!self.isFolder) return [];
  const parentDepth = depthOf(self.path);
  const children: DavChild[] = [];
  for (const resource of resources) {
    if (resource === self) continue;
    const name = decode(resource.path.slice(resource.path.lastIndexOf('/') + 1), url);
    const isChild = depthOf(resource.path) === parentDepth + 1;
    // What is no direct child was not asked for; taking it would invent keys.
    if (!isChild || name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw new StoreTrouble('broken', `${what('PROPFIND', url)} names ${resource.path}, which is not in that folder`);
    }
    children.push({ key: key === '' ? name : `${key}/${name}`, resource });
  }
  return children;
}

function depthOf(path: string): number {
  let depth = 0;
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) depth++;
  return depth;
}

/** The folder itself; behind a proxy that changes paths it is the shortest one. */
function findSelf(resources: readonly DavResource[], url: URL): DavResource {
  const asked = decodeQuietly(url.pathname.replace(/\/+$/, ''));
  const exact = resources.find(({ path }) => decodeQuietly(path) === asked);
  if (exact !== undefined) return exact;
  const [shortest] = [...resources].sort((a, b) => depthOf(a.path) - depthOf(b.path));
  if (shortest?.isFolder === true) return shortest;
  throw new StoreTrouble('broken', `${what('PROPFIND', url)} tells nothing about the folder itself`);
}

function decode(segment: string, url: URL): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new StoreTrouble('broken', `${what('PROPFIND', url)} names ${segment}, which is not UTF-8; rename the file`);
  }
}

function decodeQuietly(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function toEntry(key: string, { size, version, modifiedMs }: DavResource): Entry {
  return {
    key,
    size,
    ...(version === undefined ? {} : { version }),
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
  };
}
