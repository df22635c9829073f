import { StringDecoder } from 'node:string_decoder';
import { StoreTrouble } from '../../model/driver.ts';
import { troubleOfStatus } from './http-status.ts';
import { AlikeElements } from './alike-elements.ts';
import { MultistatusPieces } from './webdav-pieces.ts';

/** One resource as a PROPFIND answer tells it. */
export interface DavResource {
  /** Still encoded, without a trailing slash; encodings differ between servers, compare decoded. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes; 0 for folders. */
  readonly size: number;
  readonly version: string | undefined;
  readonly modifiedMs: number | undefined;
}

interface DavPropstat {
  readonly status?: string;
  readonly prop?: { readonly [name: string]: unknown };
}

interface DavResponse {
  readonly href?: unknown;
  readonly status?: unknown;
  readonly propstat?: DavPropstat;
}

/** What we ask of each resource; ETags cost some servers a read, but nothing else tells a change within a second. */
export const propfindBody =
  '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop>' +
  '<d:resourcetype/><d:getcontentlength/><d:getetag/><d:getlastmodified/></d:prop></d:propfind>';

// A tree of as many takes 3 MB at most; of fewer, what each document costs would show.
const responsesOfPiece = 200;

/**
 * Reads the resources of a PROPFIND answer, some hundred at a time while it arrives.
 *
 * Throws when one of them was refused, or when the answer ends before its end, so that no listing is quietly short.
 */
export async function readResources(body: AsyncIterable<Uint8Array>, what: string): Promise<DavResource[]> {
  const resources: DavResource[] = [];
  const pieces = new MultistatusPieces(responsesOfPiece);
  const alike = new AlikeElements({ name: 'response', trims: true }, (xml) => parseResponses(xml, what));
  const decoder = new StringDecoder('utf8');
  const add = async (piece: string): Promise<void> =>
    addResources(resources, await alike.of(piece, pieces.frame), what);
  for await (const bytes of body) {
    for (const piece of pieces.push(decoder.write(bytes))) await add(piece);
  }
  for (const piece of pieces.push(decoder.end())) await add(piece);
  const { piece, isShort } = pieces.end();
  if (piece !== undefined) await add(piece);
  // As of a server that died under it behind a proxy that closes politely; the next answer may be whole.
  if (isShort) throw new StoreTrouble('broken', `${what} sent a multistatus without its end`, { transient: true });
  return resources;
}

function addResources(resources: DavResource[], responses: readonly DavResponse[], what: string): void {
  for (const response of responses) {
    const status = statusOf(response.propstat?.status ?? response.status);
    // Removed between the server's own look at the folder and at the file.
    if (status === 404 || status === 410) continue;
    if (status !== undefined && status >= 400)
      throw troubleOfStatus({ status, headers: {} }, `${what} (${pathOf(response, what)})`);
    if (!isOnlyLocked(response)) resources.push(resourceOf(response, what));
  }
}

// A name that somebody locked before there is a file (RFC 2518's lock-null): listed, with nothing known of it.
function isOnlyLocked(response: DavResponse): boolean {
  const prop = response.propstat?.prop;
  const type = prop?.['resourcetype'];
  if (prop === undefined || (typeof type === 'object' && type !== null && 'collection' in type)) return false;
  return ['getcontentlength', 'getetag', 'getlastmodified'].every((name) => textOf(prop[name]) === undefined);
}

/** Throws the first error inside a 207 of MOVE, COPY or DELETE, whose outer status looks like success. */
export async function refuseInnerErrors(xml: string, what: string): Promise<void> {
  for (const response of await parseResponses(xml, what)) {
    const status = statusOf(response.status ?? response.propstat?.status);
    if (status !== undefined && status >= 400)
      throw troubleOfStatus({ status, headers: {} }, `${what} (${pathOf(response, what)})`);
  }
}

async function parseResponses(xml: string, what: string): Promise<readonly DavResponse[]> {
  // Here and not above: only users of WebDAV should pay for loading it.
  const { parseXML } = await import('./webdav-xml.ts');
  try {
    const result = await parseXML(xml, {
      attributeNamePrefix: '@',
      attributeParsers: [],
      // Undefined keeps texts as they are; else the name `1e3` would become the number 1000.
      tagParsers: [() => undefined],
      // Names full of `&amp;` are no attack; the answer's size is limited where it is received.
      entityDecoder: { limit: { maxTotalExpansions: 0, maxExpandedLength: 0 } },
    });
    return result.multistatus.response;
  } catch (error) {
    throw new StoreTrouble(
      'broken',
      `${what} sent no multistatus: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function resourceOf(response: DavResponse, what: string): DavResource {
  const prop = response.propstat?.prop;
  const path = pathOf(response, what);
  if (prop === undefined) throw new StoreTrouble('broken', `${what} tells nothing about ${path}`);
  const type = prop['resourcetype'];
  const isFolder = typeof type === 'object' && type !== null && 'collection' in type;
  const size = Number(textOf(prop['getcontentlength']) ?? (isFolder ? 0 : Number.NaN));
  if (!isFolder && !Number.isSafeInteger(size))
    throw new StoreTrouble('broken', `${what} does not tell the size of ${path}`);
  const modified = textOf(prop['getlastmodified']);
  const modifiedMs = modified === undefined ? Number.NaN : Date.parse(modified);
  return {
    path,
    isFolder,
    size: isFolder ? 0 : size,
    version: versionFrom(textOf(prop['getetag']), modified, size),
    modifiedMs: Number.isNaN(modifiedMs) ? undefined : modifiedMs,
  };
}

/** The version an ETag, or else a time and a size, tell. Apache calls ETags weak for a second: `W/` is no part of it. */
export function versionFrom(etag: string | undefined, modified: string | undefined, size: number): string | undefined {
  if (etag !== undefined && etag !== '') return etag.replace(/^W\//, '');
  return modified === undefined ? undefined : `${modified} ${size}`;
}

function pathOf(response: DavResponse, what: string): string {
  const href = textOf(response.href);
  // Nothing in it that a URL would write otherwise.
  if (href !== undefined && /^\/[\w.~+@:$=,/-]*[\w~+@:$=,-]$/.test(href) && !/\/[./]/.test(href)) return href;
  // Servers send whole URLs or paths; either parses against any base.
  const url = href === undefined ? null : URL.parse(href, 'http://host');
  if (url === null) throw new StoreTrouble('broken', `${what} names a resource ${String(href)}`);
  return url.pathname.replace(/\/+$/, '');
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // An element with attributes, as in <getetag xmlns="...">.
  const text = typeof value === 'object' && value !== null ? (value as { readonly text?: unknown }).text : value;
  return typeof text === 'string' || typeof text === 'number' ? String(text) : undefined;
}

function statusOf(line: unknown): number | undefined {
  const match = /^HTTP\/\S+\s+(\d{3})/.exec(textOf(line) ?? '');
  return match === null ? undefined : Number(match[1]);
}
