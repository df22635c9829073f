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
} from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { openAzure, type AzureAccess } from './azure-client.ts';
import { azureEntry } from './azure-entry.ts';
import { readBlob } from './azure-read.ts';
import { removeBlobs } from './azure-remove.ts';
import { signBlob } from './azure-sign.ts';
import { azureAnswer, azureTrouble, isNoBlob, isNoContainer } from './azure-trouble.ts';
import { uploadBlob } from './azure-upload.ts';
import { bucketPlace, type BucketPlace } from './bucket-place.ts';

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
  async open({ url, options, context }) {
    const client = createHttpClient({ allowHosts: context.allowHosts });
    const place = bucketPlace(url);
    const own = typeof options['blockBytes'] === 'number' ? options['blockBytes'] : blockBytes;
    const access = await openAzure(place.bucket, options, client);
    const settings = { createsContainer: options['createContainer'] === true, blockBytes: own };
    return new AzureDriver(access, place, settings, () => client.close());
  },
});

interface AzureSettings {
  /** Make the container with the first write when it is not there, and take a missing one for an empty one. */
  readonly createsContainer: boolean;
  readonly blockBytes: number;
}

class AzureDriver implements Driver {
  readonly unsizedWrites = true;
  /** The service checks the MD5 of every request that carries bytes, and answers with what it stored. */
  readonly provesWrites = true;
  readonly #access: AzureAccess;
  readonly #place: BucketPlace;
  readonly #settings: AzureSettings;
  readonly #close: () => void;

  constructor(access: AzureAccess, place: BucketPlace, settings: AzureSettings, close: () => void) {
    this.#access = access;
    this.#place = place;
    this.#settings = settings;
    this.#close = close;
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    try {
      return azureEntry(key, await this.#blob(key).getProperties(abortOf(signal)));
    } catch (error) {
      if (isNoBlob(error) || this.#isYetToCome(error)) return undefined;
      throw this.#trouble(error, `HEAD ${key}`, signal);
    }
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    try {
      return await readBlob(this.#blob(key), range, signal);
    } catch (error) {
      throw this.#trouble(error, `GET ${key}`, signal);
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const start = this.#place.prefix;
    const found = this.#access.container.listBlobsFlat({ prefix: start + prefix, ...abortOf(signal) });
    try {
      for await (const { segment } of found.byPage({ maxPageSize: pageEntries })) {
        yield segment.blobItems.map(({ name, properties }) => azureEntry(name.slice(start.length), properties));
      }
    } catch (error) {
      if (this.#isYetToCome(error)) return;
      throw this.#trouble(error, `listing ${prefix}`, signal);
    }
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    const { signal, size, ifAbsent = false } = options;
    const upload = { sizeBytes: size, blockBytes: this.#settings.blockBytes, ifAbsent, signal };
    const create = () => this.#create(signal);
    try {
      const stored = await uploadBlob(this.#blob(key), body, { ...upload, create });
      const { etag, lastModified, sizeBytes: contentLength, md5: contentMD5 } = stored;
      return azureEntry(key, { etag, lastModified, contentLength, contentMD5 });
    } catch (error) {
      throw this.#trouble(error, `PUT ${key}`, signal);
    }
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const target = this.#blob(to);
    try {
      const started = await target.beginCopyFromURL(this.#blob(from).url, abortOf(signal));
      await started.pollUntilDone();
      for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
        const found = await target.getProperties(abortOf(signal));
        if (found.copyStatus !== 'pending') {
          if (found.copyStatus === undefined || found.copyStatus === 'success') return azureEntry(to, found);
          throw new StoreTrouble('broken', `copying ${from}: ${found.copyStatusDescription ?? found.copyStatus}`);
        }
        await sleep(waitMs, signal);
      }
    } catch (error) {
      throw this.#trouble(error, `copying ${from}`, signal);
    }
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    try {
      await removeBlobs(
        this.#access.container,
        [...new Set(keys)].map((key) => this.#blob(key)),
        signal,
      );
    } catch (error) {
      if (this.#isYetToCome(error)) return;
      throw this.#trouble(error, `removing ${keys.length} blobs`, signal);
    }
  }

  async signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    try {
      return await signBlob(this.#access, this.#blob(key), expiresMs);
    } catch (error) {
      throw this.#trouble(error, `signing ${key}`, undefined);
    }
  }

  async close(): Promise<void> {
    this.#close();
  }

  #blob(key: string) {
    return this.#access.container.getBlockBlobClient(this.#place.prefix + key);
  }

  async #create(signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#settings.createsContainer) return false;
    try {
      await this.#access.container.create(abortOf(signal));
    } catch (error) {
      // Another writer was faster.
      if (azureAnswer(error)?.code !== 'ContainerAlreadyExists') throw error;
    }
    return true;
  }

  /** The container is not there, and will be with the first write. */
  #isYetToCome(error: unknown): boolean {
    return this.#settings.createsContainer && isNoContainer(error);
  }

  #trouble(error: unknown, what: string, signal: AbortSignal | undefined): unknown {
    // The SDK has an error of its own for aborts; callers wait for theirs.
    if (signal?.aborted === true) return signal.reason;
    if (isNoContainer(error)) {
      const { bucket } = this.#place;
      const hint = `There is no container ${bucket}: check its name, or let the store make it with createContainer: true.`;
      return fail('store.missing', { url: `az://${bucket}`, hint });
    }
    return azureTrouble(error, `${what} in az://${this.#place.bucket}`);
  }
}

function abortOf(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
