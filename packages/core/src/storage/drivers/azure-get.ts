import type { ContainerClient } from '@azure/storage-blob';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';
import type { AzureCalls } from './azure-calls.ts';

type Headers = { readonly [name: string]: string };

export interface BlobRequest {
  readonly name: string;
  /** For trouble, as in `GET a/b`. */
  readonly what: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
}

/** A GET of one blob; throws trouble for what is neither success nor 416. */
export type GetBlob = (request: BlobRequest) => Promise<HttpResponse>;

// The oldest that knows all we ask for; the rules of signing are those since 2015.
const serviceVersion = '2021-12-02';
const longestRefusal = 64 * 1024;

/**
 * Requests of our own for the many blobs of a set: the SDK takes half a millisecond of processor for each.
 *
 * Undefined for logins, whose tokens the SDK asks for, renews and may be sent for to another tenant.
 */
export function blobGetter(
  container: ContainerClient,
  client: HttpClient,
  calls: Pick<AzureCalls, 'refusal'>,
): GetBlob | undefined {
  const { credential } = container;
  if ('getToken' in credential) return undefined;
  const sign = 'computeHMACSHA256' in credential ? credential : undefined;
  return async ({ name, what, headers, signal }) => {
    const url = blobUrl(container.url, name);
    const all = { ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': serviceVersion };
    const authorization =
      sign === undefined
        ? {}
        : {
            authorization: `SharedKey ${sign.accountName}:${sign.computeHMACSHA256(textToSign(url, all, sign.accountName))}`,
          };
    const response = await client.request(url.href, {
      headers: { ...all, ...authorization },
      ...(signal === undefined ? {} : { signal }),
    });
    if ((response.status >= 200 && response.status < 300) || response.status === 416) return response;
    const code = response.headers['x-ms-error-code'] ?? '';
    const message = code === '' ? await refusal(response) : '';
    await response.discard();
    throw calls.refusal({ status: response.status, code, message, headers: response.headers }, url.href, what);
  };
}

async function refusal(response: HttpResponse): Promise<string> {
  return (response.announcedBytes ?? 0) > longestRefusal ? '' : response.text();
}

/** The container's URL may carry a shared access signature. */
function blobUrl(container: string, name: string): URL {
  const url = new URL(container);
  const path = name.split('/').map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}

/** What the signature of a GET is made of: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
function textToSign(url: URL, headers: Headers, account: string): string {
  const own = Object.keys(headers).filter((name) => name.startsWith('x-ms-'));
  const canonical = own.toSorted().map((name) => `${name}:${headers[name]}\n`);
  // Method, then encoding, language, length, MD5, type, date, If-Modified-Since, If-Match, If-None-Match,
  // If-Unmodified-Since, Range; the range goes as a header of the service's own.
  const standard = ['GET', '', '', '', '', '', '', '', headers['if-match'] ?? '', '', '', ''];
  return `${standard.join('\n')}\n${canonical.join('')}/${account}${url.pathname}`;
}
