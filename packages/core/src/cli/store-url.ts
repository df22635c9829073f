import { fail } from '../model/failure.ts';

/** A file named on the command line: the place to open and the key in it. */
export interface FileUrl {
  readonly place: string;
  readonly key: string;
}

// URLs that come from browsers and other programs, where a name has its escapes; buckets are written as they are.
const writtenAsUrl = /^(file|(webdav\+)?https?):\/\//i;

/**
 * Splits what people write for a file into a place and a key: `s3://bucket/a/b.zip` is `b.zip` in
 * `s3://bucket/a`, `cloud:b.zip` is `b.zip` in `cloud:`, `b.zip` is `b.zip` in `.`.
 */
export function splitFileUrl(url: string): FileUrl {
  const trimmed = url.replace(/\/+$/, '');
  const isWritten = writtenAsUrl.test(trimmed);
  if (isWritten && trimmed.includes('?')) {
    const shown = trimmed.slice(0, trimmed.indexOf('?'));
    // What follows may be a signature: it is not repeated.
    const message = `${shown}?... has a query, which no file here can have (a ? in a name is %3F)`;
    throw fail('usage.invalid', { message });
  }
  // The two slashes of a URL are no folders: the host is the least a place has.
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.exec(trimmed)?.[0].length ?? 0;
  const slash = trimmed.lastIndexOf('/');
  if (start > 0 && slash < start)
    throw fail('usage.invalid', { message: `${url} names a whole store, not a file in it` });
  if (slash >= 0) {
    const name = trimmed.slice(slash + 1);
    return { place: slash === 0 ? '/' : trimmed.slice(0, slash), key: isWritten ? withoutEscapes(name) : name };
  }
  const colon = trimmed.indexOf(':');
  // A single letter before a colon is a drive of Windows.
  if (colon > 1) {
    if (colon === trimmed.length - 1)
      throw fail('usage.invalid', { message: `${url} names a whole store, not a file in it` });
    return { place: trimmed.slice(0, colon + 1), key: trimmed.slice(colon + 1) };
  }
  return { place: '.', key: trimmed };
}

function withoutEscapes(name: string): string {
  try {
    const plain = decodeURIComponent(name);
    // An escaped slash is no slash to a server.
    return plain.includes('/') ? name : plain;
  } catch {
    // A lone `%` is one.
    return name;
  }
}
