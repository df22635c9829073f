import { StoreTrouble, type Entry } from '../../model/driver.ts';
import { AlikeElements } from './alike-elements.ts';
import type { Abort, AzureCalls } from './azure-calls.ts';
import type { AzureAccess } from './azure-client.ts';
import { azureEntry } from './azure-entry.ts';
import type { AskAzure } from './azure-requests.ts';
import { noPage, type Page, type PageOf } from './pages.ts';

// As many as the service gives at once.
const pageEntries = 5000;
// Of names that are as long as the service takes them, and all escaped.
const longestPage = 128 * 1024 * 1024;

/** What is listed: blobs that begin with `root` and `prefix`, by their names behind `root`. */
export interface Listed {
  readonly root: string;
  readonly prefix: string;
  readonly signal: AbortSignal | undefined;
}

/** Pages by the SDK, for logins. */
export function pagesBySdk(access: AzureAccess, calls: AzureCalls, { root, prefix, signal }: Listed): PageOf {
  return async (token) => {
    const ask = async (abort: Abort): Promise<Page> => {
      const { container } = await access.sdk();
      const found = container.listBlobsFlat({ prefix: root + prefix, ...abort });
      const from = token === undefined ? {} : { continuationToken: token };
      // Page by page and not by the SDK's own loop, which cannot go on after a page that failed.
      const page = await found.byPage({ maxPageSize: pageEntries, ...from }).next();
      if (page.done === true) return noPage;
      const { segment, continuationToken = '' } = page.value;
      const entries = segment.blobItems.map(({ name, properties }) => azureEntry(name.slice(root.length), properties));
      return { entries, token: continuationToken === '' ? undefined : continuationToken };
    };
    return (await calls.home.orEmpty(() => calls.patiently(`listing ${prefix}`, signal, ask))) ?? noPage;
  };
}

/** Pages by requests of our own: of each blob the SDK makes objects of all that is known of it. */
export function pagesByRequest(ask: AskAzure, calls: AzureCalls, { root, prefix, signal }: Listed): PageOf {
  const what = `LIST ${prefix}`;
  const blobs = new AlikeElements({ name: 'Blob', trims: false }, async (xml) => (await parsed(xml, what)).blobs);
  return async (marker) => {
    const query = {
      restype: 'container',
      comp: 'list',
      prefix: root + prefix,
      maxresults: String(pageEntries),
      ...(marker === undefined ? {} : { marker }),
    };
    const askOnce = async (): Promise<Page> => {
      const response = await ask({ query, what, maxBytes: longestPage, signal });
      return pageFrom(await response.text(), blobs, root, what);
    };
    return (await calls.home.orEmpty(() => calls.patiently(what, signal, askOnce))) ?? noPage;
  };
}

interface Blob {
  readonly Name?: unknown;
  readonly Properties?: { readonly [name: string]: unknown };
}

async function pageFrom(xml: string, blobs: AlikeElements<Blob>, root: string, what: string): Promise<Page> {
  // A listing that ends early would be taken for a shorter one.
  if (!/<\/EnumerationResults>\s*$/.test(xml))
    throw new StoreTrouble('broken', `${what} sent no whole listing`, { transient: true });
  const [start, end] = [xml.indexOf('<Blobs>'), xml.lastIndexOf('</Blobs>')];
  const isEmpty = start === -1 || end === -1;
  const frame = isEmpty ? undefined : { head: xml.slice(0, start + '<Blobs>'.length), close: xml.slice(end) };
  const { marker } = await parsed(frame === undefined ? xml : frame.head + frame.close, what);
  const found = await blobs.of(xml, frame);
  return { entries: found.map((blob) => entryOf(blob, root, what)), token: marker };
}

function entryOf({ Name, Properties = {} }: Blob, root: string, what: string): Entry {
  const name = nameOf(Name);
  const text = (property: string): string | undefined => textOf(Properties[property]);
  const contentLength = Number(text('Content-Length') ?? Number.NaN);
  if (name === undefined || !name.startsWith(root) || !Number.isSafeInteger(contentLength))
    throw new StoreTrouble('broken', `${what} does not tell the name and size of a blob`);
  const [md5, modified, etag] = [text('Content-MD5'), text('Last-Modified'), text('Etag')];
  return azureEntry(unbound(name.slice(root.length)), {
    contentLength,
    ...(etag === undefined ? {} : { etag: unbound(etag) }),
    ...(md5 === undefined ? {} : { contentMD5: Buffer.from(md5, 'base64') }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified) }),
  });
}

// Names that XML cannot hold come escaped and are marked so.
function nameOf(name: unknown): string | undefined {
  if (typeof name !== 'object' || name === null) return textOf(name);
  const { '#text': text, '@Encoded': isEncoded } = name as {
    readonly '#text'?: unknown;
    readonly '@Encoded'?: unknown;
  };
  const shown = textOf(text);
  return isEncoded === 'true' && shown !== undefined ? decodeURIComponent(shown) : shown;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The text in memory of its own: a piece of the page would keep the whole page. */
function unbound(text: string): string {
  return Buffer.from(text).toString();
}

interface Parsed {
  readonly blobs: readonly Blob[];
  readonly marker: string | undefined;
}

async function parsed(xml: string, what: string): Promise<Parsed> {
  // Here and not above: only users of the service should pay for loading it.
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    // Texts as they are; else the name `1e3` would become the number 1000.
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (name: string) => name === 'Blob',
    // Names full of `&amp;` are no attack; the answer's size is limited where it is received.
    processEntities: { maxTotalExpansions: Number.POSITIVE_INFINITY, maxExpandedLength: Number.POSITIVE_INFINITY },
  });
  try {
    const { EnumerationResults: found } = parser.parse(xml) as {
      readonly EnumerationResults: {
        readonly Blobs?: { readonly Blob?: readonly Blob[] } | '';
        readonly NextMarker?: unknown;
      };
    };
    const blobs = typeof found.Blobs === 'object' ? (found.Blobs.Blob ?? []) : [];
    return { blobs, marker: textOf(found.NextMarker) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreTrouble('broken', `${what} sent no listing: ${why}`);
  }
}
