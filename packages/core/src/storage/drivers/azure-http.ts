import { Readable } from 'node:stream';
import type { StoragePipelineOptions } from '@azure/storage-blob';
import type { HttpClient, HttpInit } from '../../lib/http-client.ts';

type SdkHttpClient = NonNullable<StoragePipelineOptions['httpClient']>;
type SdkRequest = Parameters<SdkHttpClient['sendRequest']>[0];

/**
 * The SDK's requests on our own HTTP client, so that the network policy, kept connections and idle times hold here too.
 *
 * Redirects are left to the SDK, which drops the credentials before it follows one.
 */
export function azureHttp(client: HttpClient): SdkHttpClient {
  return {
    async sendRequest(request) {
      const response = await client.request(request.url, initOf(request));
      // A copy is the only way to a header object of the SDK without importing one more package of it.
      const headers = request.headers.clone();
      for (const name of headers.headerNames()) headers.remove(name);
      for (const [name, value] of Object.entries(response.headers)) headers.set(name, value);
      const { status } = response;
      const streams = request.streamResponseStatusCodes;
      const isStream = streams?.has(status) === true || streams?.has(Number.POSITIVE_INFINITY) === true;
      const body = isStream
        ? { readableStreamBody: Readable.from(response.body, { objectMode: false }) }
        : { bodyAsText: await response.text() };
      return { request, status, headers, ...body };
    },
  };
}

function initOf(request: SdkRequest): HttpInit {
  // The driver only ever gives buffers, and the SDK itself texts.
  const body = request.body as Uint8Array | string | undefined | null;
  // The driver gives the engine's own signals; the SDK only knows them by a wider type.
  const signal = request.abortSignal as AbortSignal | undefined;
  const headers = request.headers.rawHeaders();
  const isConditional = Object.keys(headers).some((name) => name.toLowerCase() === 'if-none-match');
  return {
    method: request.method,
    headers,
    redirects: 'stop',
    repeatable: !isConditional,
    ...(body === undefined || body === null ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  };
}
