import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, type FailureError } from '../model/failure.ts';
import { checkKey } from './key.ts';

/** Where places start from. */
export interface PlaceRoots {
  readonly projectDir: string;
  readonly workDir: string;
}

/**
 * A place as users write it, understood. `place` is its canonical text: two spellings of one place are one.
 *
 * `prefix` is the key prefix inside the store without slashes at its ends, '' for the whole store.
 */
export type Place =
  | { readonly kind: 'path'; readonly place: string; readonly path: string }
  | { readonly kind: 'work'; readonly place: string; readonly prefix: string }
  | { readonly kind: 'memory'; readonly place: string; readonly name: string; readonly prefix: string }
  | { readonly kind: 'named'; readonly place: string; readonly name: string; readonly prefix: string }
  | { readonly kind: 'url'; readonly place: string; readonly scheme: string; readonly url: URL };

const schemeStart = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s;
const storeName = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** Understands a place; throws `usage.invalid` for what is none and `secret.inline` for one with credentials. */
export function parsePlace(text: string, roots: PlaceRoots): Place {
  if (text.includes('\0')) throw invalid(text, 'holds a NUL character');
  if (/^[A-Za-z]:([\\/]|$)/.test(text)) return drivePath(text, roots);
  const match = schemeStart.exec(text);
  if (match === null) return localPath(text, roots);
  const [, written = '', rest = ''] = match;
  const scheme = written.toLowerCase();
  if (scheme === 'file') return localPath(filePath(text, rest), roots);
  if (scheme === 'work') return workPlace(rest);
  if (scheme === 'memory') return memoryPlace(text, rest);
  if (rest.startsWith('//')) return urlPlace(text, scheme);
  if (!storeName.test(written)) throw invalid(text, 'is neither a path nor a store');
  const prefix = prefixOf(rest);
  return { kind: 'named', place: `${written}:${prefix}`, name: written, prefix };
}

function localPath(text: string, roots: PlaceRoots): Place {
  if (text === '') throw invalid(text, 'is empty');
  // Shells expand it on a command line; nobody does in a config file, and a folder named `~` helps no one.
  if (/^~($|[\\/])/.test(text)) throw invalid(text, 'starts with ~, which only a shell expands; write the whole path');
  if (sep === '/' && text.includes('\\')) throw invalid(text, 'has a backslash; paths use / here');
  const path = resolve(roots.projectDir, text);
  // One folder must have one name: a path into the work folder is the `work:` place.
  const inWork = inside(roots.workDir, path);
  if (inWork !== undefined) return { kind: 'work', place: `work:${inWork}`, prefix: inWork };
  const inProject = inside(roots.projectDir, path);
  if (inProject === undefined) return { kind: 'path', place: path.split(sep).join('/'), path };
  return { kind: 'path', place: inProject === '' ? '.' : `./${inProject}`, path };
}

/** The path of `path` below `folder` with `/`, '' for the folder itself, undefined outside. */
function inside(folder: string, path: string): string | undefined {
  const below = relative(resolve(folder), path);
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return undefined;
  return below.split(sep).join('/');
}

function drivePath(text: string, roots: PlaceRoots): Place {
  if (process.platform === 'win32') return localPath(text, roots);
  throw invalid(text, 'is a Windows path, and this machine has no drive letters');
}

function filePath(text: string, rest: string): string {
  if (!rest.startsWith('//')) return rest;
  refuseExtras(text, text);
  try {
    return fileURLToPath(text);
  } catch {
    throw invalid(text, 'is no file URL of this machine; write file:///folder or a plain path');
  }
}

function workPlace(rest: string): Place {
  const prefix = prefixOf(rest);
  return { kind: 'work', place: `work:${prefix}`, prefix };
}

function memoryPlace(text: string, rest: string): Place {
  const whole = prefixOf(rest);
  if (whole === '') throw invalid(text, 'needs a name, as in memory:test');
  const slash = whole.indexOf('/');
  const name = slash === -1 ? whole : whole.slice(0, slash);
  return { kind: 'memory', place: `memory:${whole}`, name, prefix: slash === -1 ? '' : whole.slice(slash + 1) };
}

// Both end the path of a URL: another folder than the one that was written would be taken, and perhaps emptied.
function refuseExtras(text: string, shown: string): void {
  const extra = /[?#]/.exec(text)?.[0];
  if (extra === '?')
    throw invalid(shown, 'has a ?query; a place is a folder, so it can have none (a ? in a name is %3F)');
  // What follows a slash is no part of a name: pages of services are linked to like that.
  if (extra === '#' && !text.includes('/#'))
    throw invalid(shown, 'has a #fragment; a place can have none (a # in a name is %23)');
}

function prefixOf(rest: string): string {
  const prefix = rest.replace(/^\/+|\/+$/g, '');
  return prefix === '' ? '' : checkKey(prefix);
}

function urlPlace(text: string, scheme: string): Place {
  const url = URL.parse(text);
  if (url === null) throw invalid(text, 'is no URL');
  refuseCredentials(url);
  refuseExtras(text, withoutSecrets(url));
  url.hash = '';
  url.pathname = url.pathname.replace(/\/+$/, '');
  // `new URL` keeps the slash of `https://host/`; without it both spellings are one place.
  return { kind: 'url', place: url.href.replace(/\/$/, ''), scheme, url };
}

const signedQuery = /^(sig|signature|token|access_token|password|awsaccesskeyid|x-amz-.*|x-goog-.*|temp_url_sig)$/i;

/** Throws `secret.inline` when a URL carries a user, a password or a signature: these end up in rows and logs. */
export function refuseCredentials(url: URL): void {
  const signed = [...url.searchParams.keys()].some((name) => signedQuery.test(name));
  // An SSH user is part of the address; it opens nothing by itself.
  const user = url.protocol === 'sftp:' ? '' : url.username;
  if (user === '' && url.password === '' && !signed) return;
  throw fail('secret.inline', {
    where: withoutSecrets(url),
    hint: 'Name the store under stores: in runner.yaml and give its username and password as env:NAME.',
  });
}

function withoutSecrets(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function invalid(text: string, why: string): FailureError {
  return fail('usage.invalid', { message: `The place ${JSON.stringify(text)} ${why}.` });
}
