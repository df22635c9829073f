import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryFailures } from '../failures.ts';
import { type Repo } from '../repo/repo.ts';
import { folderOf } from '../repo/targets.ts';
import { remotePlace, storeOfUrl } from './remote-target.ts';

/** Where data lies that DVC names by a URL or path. */
export type UrlSource =
  | { readonly kind: 'local' /** Absolute. */; readonly path: string }
  | {
      readonly kind: 'store';
      /** A place of ours: all up to the last slash. */
      readonly place: string;
      readonly key: string;
      /** What DVC calls the version of a file there. */
      readonly tag: 'etag' | 'checksum';
    };

/** Reads a URL as DVC writes it; a path starts at `from`. Throws `registry.url-unknown`. */
export function urlSource(repo: Repo, url: string, from: string): UrlSource {
  const [, scheme, rest = ''] = /^([a-z0-9+]+):\/\/(.*)$/.exec(url) ?? [];
  if (scheme === undefined) return { kind: 'local', path: resolve(from, url) };
  if (scheme === 'file') return { kind: 'local', path: fileURLToPath(url) };
  const path = rest.replace(/\/+$/, '');
  const at = path.lastIndexOf('/');
  if (at < 0 || /[?#]/.test(path)) {
    throw registryFailures['url-unknown']({ url, why: at < 0 ? 'it names no file' : 'it has a query' });
  }
  const [above, key] = [path.slice(0, at), path.slice(at + 1)];
  if (scheme === 'remote') {
    const [name = '', ...folders] = path.split('/');
    const place = remotePlace(repo, name);
    if (isAbsolute(place)) return { kind: 'local', path: join(place, ...folders) };
    return { kind: 'store', place, key: folders.join('/'), tag: 'etag' };
  }
  const place = storeOfUrl(scheme, above);
  if (place === undefined)
    throw registryFailures['url-unknown']({ url, why: `${scheme}:// is no store of the runner` });
  return {
    kind: 'store',
    place,
    key: decodedKey(scheme, key),
    tag: /^(?:http|webdav)/.test(scheme) ? 'checksum' : 'etag',
  };
}

/** How a `.dvc` file names a source given on a command line: URLs and absolute paths elsewhere as they are. */
export function namedSource(repo: Repo, url: string, { path, from }: { readonly path: string; readonly from: string }) {
  if (/^[a-z0-9+]+:\/\//.test(url)) return url.replace(/\/+$/, '');
  const target = resolve(from, url);
  const isInside = target.startsWith(`${repo.root}${sep}`);
  if (isAbsolute(url) && !isInside) return posix.normalize(url).replace(/\/+$/, '');
  return relative(join(repo.root, folderOf(path)), target)
    .split(sep)
    .join('/');
}

// Keys are names; the store writes them into a URL again.
function decodedKey(scheme: string, key: string): string {
  return /^https?$/.test(scheme) ? decodeURIComponent(key) : key;
}
