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

/**
 * Walks the files under a prefix, one folder per page, in no order that could be relied on.
 *
 * Folders are asked for in the order of their keys, in which other places list: who joins two listings has to hold
 * what one of them has named and the other not yet. One level at a time: `Depth: infinity` is refused by some servers and silently cut short by others.
 */
export async function* listDav(
  session: DavSession,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly Entry[]> {
  const underWay = new Set<Promise<void>>();
  const found: (readonly DavChild[])[] = [];
  let failed: { readonly error: unknown } | undefined;
  const waiting = [prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')))];
  for (;;) {
    while (waiting.length > 0 && underWay.size < parallelFolders && failed === undefined) {
      const folder = waiting.pop() ?? '';
      // The store around us cannot repeat half a walk; a single folder can be asked again.
      const work: Promise<void> = session
        .patiently(() => childrenOf(session, folder, signal), signal)
        .then((children) => void found.push(children))
        .catch((error: unknown) => void (failed ??= { error: inListing(error, folder) }))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    }
    if (failed !== undefined) throw failed.error;
    const children = found.shift();
    if (children === undefined) {
      if (underWay.size === 0) return;
      await Promise.race(underWay);
      continue;
    }
    const entries: Entry[] = [];
    const folders: string[] = [];
    for (const { key, resource } of children) {
      if (!resource.isFolder) {
        if (key.startsWith(prefix)) entries.push(toEntry(key, resource));
      } else if (leadsTo(`${key}/`, prefix)) folders.push(`${key}/`);
    }
    waiting.push(
      ...folders
        .sort()
        .reverse()
        .map((folder) => folder.slice(0, -1)),
    );
    if (entries.length > 0) yield entries;
  }
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
