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
import { azureEntry } from './azure-entry.ts';
import { blobGetter, type GetBlob } from './azure-get.ts';
import { readBlob, readBlobByGet } from './azure-read.ts';
import { removeBlobs } from './azure-remove.ts';
import { signBlob } from './azure-sign.ts';
import { isNoBlob } from './azure-trouble.ts';
import { uploadBlob } from './azure-upload.ts';
import { bucketPlace } from './bucket-place.ts';

const blockBytes = 8 * 1024 * 1024;
// As many as the service gives at once.
const pageEntries = 5000;

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
    const { container } = access;
    const isMade = options['createContainer'] === true;
    const calls = new AzureCalls({ container, isMade, patiently: context.patiently });
    const getBlob = blobGetter(container, client, calls);
    const close = (): void => client.close();
    return new AzureDriver({ access, calls, getBlob, prefix: place.prefix, blockBytes: own, close });
  },
});

interface AzureParts {
  readonly access: AzureAccess;
  readonly calls: AzureCalls;
  /** Where requests need no login. */
  readonly getBlob: GetBlob | undefined;
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
    const ask = async (abort: Abort): Promise<Entry | undefined> => {
      try {
        return azureEntry(key, await this.#blob(key).getProperties(abort));
      } catch (error) {
        if (isNoBlob(error)) return undefined;
        throw error;
      }
    };
    return this.#calls.home.orEmpty(() => this.#calls.ask(`HEAD ${key}`, signal, ask));
  }

  read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const { getBlob, prefix } = this.#parts;
    return this.#calls.ask(`GET ${key}`, signal, () =>
      getBlob === undefined
        ? readBlob(this.#blob(key), range, signal)
        : readBlobByGet(getBlob, { name: prefix + key, what: `GET ${key}`, signal }, range),
    );
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const start = this.#parts.prefix;
    const { container } = this.#parts.access;
    let token: string | undefined;
    do {
      const ask = (abort: Abort) => {
        const found = container.listBlobsFlat({ prefix: start + prefix, ...abort });
        const from = token === undefined ? {} : { continuationToken: token };
        return found.byPage({ maxPageSize: pageEntries, ...from }).next();
      };
      // Page by page and not by the SDK's own loop, which cannot go on after a page that failed.
      const page = await this.#calls.home.orEmpty(() => this.#calls.patiently(`listing ${prefix}`, signal, ask));
      if (page === undefined || page.done === true) return;
      const { segment, continuationToken } = page.value;
      yield segment.blobItems.map(({ name, properties }) => azureEntry(name.slice(start.length), properties));
      token = continuationToken;
    } while (token !== undefined && token !== '');
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    const { signal, size: sizeBytes, ifAbsent = false } = options;
    const { blockBytes } = this.#parts;
    const calls = this.#calls;
    const isRepeated = body instanceof Uint8Array;
    const upload = { sizeBytes, blockBytes, ifAbsent, signal, isRepeated, calls };
    const { etag, lastModified, ...stored } = await uploadBlob(this.#blob(key), body, upload);
    const facts = { etag, lastModified, contentLength: stored.sizeBytes, contentMD5: stored.md5 };
    return { ...azureEntry(key, facts), bytesChecked: true };
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const source = this.#blob(from);
    const target = this.#blob(to);
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
    const blobs = [...new Set(keys)].map((key) => this.#blob(key));
    await this.#calls.home.orEmpty(() => removeBlobs(this.#parts.access.container, blobs, this.#calls, signal));
  }

  signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    return this.#calls.ask(`signing ${key}`, undefined, () => signBlob(this.#parts.access, this.#blob(key), expiresMs));
  }

  async close(): Promise<void> {
    this.#parts.close();
  }

  #blob(key: string) {
    return this.#parts.access.container.getBlockBlobClient(this.#parts.prefix + key);
  }
}
