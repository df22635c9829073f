import type { BlockBlobClient } from '@azure/storage-blob';
import { createHttpClient } from '../../lib/http-client.ts';
import { sleep } from '../../lib/retry.ts';
import {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Bytes,
  type Driver,
  type Entry,
  type ReadStream,
  type WriteOptions,
  type Written,
} from '../../model/driver.ts';
import { AzureCalls, type Abort } from './azure-calls.ts';
import { azureOptions, azureService, openAzure, type AzureAccess } from './azure-client.ts';
import { azureEntry, entryOfHeaders } from './azure-entry.ts';
import { pagesByRequest, pagesBySdk } from './azure-list.ts';
import { readBlob, readBlobByRequest } from './azure-read.ts';
import { removeBlobs } from './azure-remove.ts';
import { azureRequests, type AskAzure } from './azure-requests.ts';
import { signBlob } from './azure-sign.ts';
import { isNoBlob } from './azure-trouble.ts';
import { uploadBlob } from './azure-upload.ts';
import { bucketPlace } from './bucket-place.ts';
import { pagesOf } from './pages.ts';
import { troubleOf } from '../trouble.ts';

const blockBytes = 8 * 1024 * 1024;

/** Block blobs of one container of Azure Blob Storage. */
export const azureDriver = defineDriver({
  schemes: ['az'],
  summary: 'A container of Azure Blob Storage',
  examples: [
    {
      url: 'az://plankton/sets',
      about:
        'a container; `accountName` with `accountKey` or `sasToken`, `connectionString`, or the login of this machine',
    },
  ],
  guarantees: { conditionalPut: true, versions: true },
  options: azureOptions,
  service: ({ options }) => azureService(options),
  async open({ url, options, context }) {
    const client = createHttpClient({ allowHosts: context.allowHosts });
    const place = bucketPlace(url);
    const own = typeof options['blockBytes'] === 'number' ? options['blockBytes'] : blockBytes;
    const access = await openAzure(place.bucket, options, client);
    const isMade = options['createContainer'] === true;
    const calls = new AzureCalls({ access, isMade, patiently: context.patiently });
    const request = access.address === undefined ? undefined : azureRequests(access.address, client, calls);
    const close = (): void => client.close();
    return new AzureDriver({ access, calls, request, prefix: place.prefix, blockBytes: own, close });
  },
});

interface AzureParts {
  readonly access: AzureAccess;
  readonly calls: AzureCalls;
  /** Requests of our own; undefined for logins. */
  readonly request: AskAzure | undefined;
  /** Ends with a slash, or is empty. */
  readonly prefix: string;
  readonly blockBytes: number;
  readonly close: () => void;
}

class AzureDriver implements Driver {
  readonly unsizedWrites = true;
  /** The service checks the MD5 of every request that carries bytes, and answers with what it stored. */
  readonly provesWrites = true;
  readonly #parts: AzureParts;
  readonly #calls: AzureCalls;

  constructor(parts: AzureParts) {
    this.#parts = parts;
    this.#calls = parts.calls;
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    const { request, prefix } = this.#parts;
    const what = `HEAD ${key}`;
    const ask = async (abort: Abort): Promise<Entry | undefined> => {
      try {
        if (request === undefined) return azureEntry(key, await (await this.#blob(key)).getProperties(abort));
        const { headers } = await request({ method: 'HEAD', name: prefix + key, what, signal });
        return entryOfHeaders(key, headers);
      } catch (error) {
        if (isNoBlob(error) || troubleOf(error)?.kind === 'missing') return undefined;
        throw error;
      }
    };
    return this.#calls.home.orEmpty(() => this.#calls.ask(what, signal, ask));
  }

  read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const { request, prefix } = this.#parts;
    const what = `GET ${key}`;
    return this.#calls.ask(what, signal, async () =>
      request === undefined
        ? readBlob(await this.#blob(key), range, signal)
        : readBlobByRequest(request, { name: prefix + key, what, signal }, range),
    );
  }

  list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const { access, request } = this.#parts;
    const listed = { root: this.#parts.prefix, prefix, signal };
    return pagesOf(
      request === undefined ? pagesBySdk(access, this.#calls, listed) : pagesByRequest(request, this.#calls, listed),
    );
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    const { signal, size: sizeBytes, ifAbsent = false } = options;
    const { blockBytes } = this.#parts;
    const calls = this.#calls;
    const isRepeated = body instanceof Uint8Array;
    const upload = { sizeBytes, blockBytes, ifAbsent, signal, isRepeated, calls };
    const { etag, lastModified, ...stored } = await uploadBlob(await this.#blob(key), body, upload);
    const facts = { etag, lastModified, contentLength: stored.sizeBytes, contentMD5: stored.md5 };
    return { ...azureEntry(key, facts), bytesChecked: true };
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const [source, target] = await Promise.all([this.#blob(from), this.#blob(to)]);
    const what = `copying ${from}`;
    await this.#calls.ask(what, signal, (abort) => target.beginCopyFromURL(source.url, abort));
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
      const found = await this.#calls.patiently(what, signal, (abort) => target.getProperties(abort));
      const { copyStatus = 'success', copyStatusDescription } = found;
      if (copyStatus === 'success') return azureEntry(to, found);
      if (copyStatus !== 'pending') throw new StoreTrouble('broken', `${what}: ${copyStatusDescription ?? copyStatus}`);
      await sleep(waitMs, signal);
    }
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    const { container } = await this.#parts.access.sdk();
    const blobs = [...new Set(keys)].map((key) => container.getBlockBlobClient(this.#parts.prefix + key));
    await this.#calls.home.orEmpty(() => removeBlobs(container, blobs, this.#calls, signal));
  }

  signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    return this.#calls.ask(`signing ${key}`, undefined, async () =>
      signBlob(await this.#parts.access.sdk(), await this.#blob(key), expiresMs),
    );
  }

  async close(): Promise<void> {
    this.#parts.close();
  }

  async #blob(key: string): Promise<BlockBlobClient> {
    const { container } = await this.#parts.access.sdk();
    return container.getBlockBlobClient(this.#parts.prefix + key);
  }
}
