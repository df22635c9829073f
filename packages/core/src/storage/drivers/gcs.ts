import { createHttpClient } from '../../lib/http-client.ts';
import { Semaphore } from '../../lib/semaphore.ts';
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
import { bucketPlace, originOf } from './bucket-place.ts';
import { gcsOptions, openGcsAuth, type GcsAuth } from './gcs-auth.ts';
import { readObject } from './gcs-read.ts';
import { gcsEntry, GcsSession, objectFields, type GcsObject } from './gcs-session.ts';
import { uploadObject, type Unfinished } from './gcs-upload.ts';
import { pagesOf } from './pages.ts';

const publicEndpoint = 'https://storage.googleapis.com';
const chunkUnitBytes = 256 * 1024;
const defaultChunkBytes = 16 * 1024 * 1024;
// As many as the service gives at once.
const pageEntries = 1000;
const parallelRemoves = 16;

/** Objects of one bucket of Google Cloud Storage. */
export const gcsDriver = defineDriver({
  schemes: ['gs'],
  summary: 'A bucket of Google Cloud Storage',
  examples: [
    {
      url: 'gs://plankton/sets',
      about: 'a bucket; `credentials` or `keyFile` of a service account, or the login of this machine',
    },
  ],
  guarantees: { conditionalPut: true, versions: true },
  options: gcsOptions,
  // Google itself counts by bucket.
  service: ({ options }) => originOf(options['endpoint']),
  async open({ url, options, context }) {
    const own = options['endpoint'] ?? process.env['STORAGE_EMULATOR_HOST'];
    const endpoint = typeof own === 'string' && own !== '' ? withScheme(own) : publicEndpoint;
    const { bucket, prefix } = bucketPlace(url);
    const where = { endpoint, isOwn: endpoint !== publicEndpoint, projectDir: context.projectDir };
    const auth = await openGcsAuth(options, where);
    const { userProject, chunkBytes, location } = options;
    const client = createHttpClient({ allowHosts: context.allowHosts });
    const session = new GcsSession(
      endpoint,
      {
        name: bucket,
        isMade: options['createBucket'] === true,
        location: typeof location === 'string' ? location : undefined,
        userProject: typeof userProject === 'string' ? userProject : undefined,
        patiently: context.patiently,
      },
      client,
      auth,
    );
    const chunk = typeof chunkBytes === 'number' ? toChunk(chunkBytes) : defaultChunkBytes;
    return new GcsDriver(session, auth, { prefix, chunkBytes: chunk });
  },
});

// Emulators are named `localhost:4443` by many a manual.
function withScheme(endpoint: string): string {
  return (/^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`).replace(/\/+$/, '');
}

// The service refuses any other size of a chunk but the last.
function toChunk(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / chunkUnitBytes)) * chunkUnitBytes;
}

interface GcsSettings {
  /** Ends with a slash, or is empty. */
  readonly prefix: string;
  readonly chunkBytes: number;
}

class GcsDriver implements Driver {
  readonly unsizedWrites = true;
  /** The service checks an MD5 of every upload, and its answer describes what it stored. */
  readonly provesWrites = true;
  readonly #session: GcsSession;
  readonly #auth: GcsAuth;
  readonly #settings: GcsSettings;
  readonly #unfinished: Unfinished = new Map();

  constructor(session: GcsSession, auth: GcsAuth, settings: GcsSettings) {
    this.#session = session;
    this.#auth = auth;
    this.#settings = settings;
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    const call = { method: 'GET', path: this.#path(key), query: { fields: objectFields }, signal } as const;
    const found = await this.#session.home.orEmpty(() => this.#session.found<GcsObject>(call, `GET ${key}`));
    return found === undefined ? undefined : gcsEntry(key, found);
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const path = this.#path(key);
    return readObject(this.#session, { path, what: `GET ${key}`, range, signal });
  }

  list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const start = this.#settings.prefix;
    const query = {
      prefix: start + prefix,
      maxResults: String(pageEntries),
      fields: `nextPageToken,items(${objectFields})`,
    };
    return pagesOf(async (pageToken) => {
      const call = { method: 'GET', path: this.#session.objectsPath, query: { ...query, pageToken }, signal } as const;
      const ask = () => this.#session.json<ListPage>(call, `listing ${prefix}`);
      const page: ListPage = (await this.#session.home.orEmpty(() => this.#session.patiently(signal, ask))) ?? {};
      const entries = (page.items ?? []).map((item) => gcsEntry(item.name.slice(start.length), item));
      return { entries, token: page.nextPageToken };
    });
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    const { size, ifAbsent = false, digest, signal } = options;
    const name = this.#settings.prefix + key;
    const { chunkBytes } = this.#settings;
    const isRepeated = body instanceof Uint8Array;
    const upload = { name, sizeBytes: size, chunkBytes, ifAbsent, digest, signal, isRepeated };
    const stored = await uploadObject(this.#session, body, upload, this.#unfinished);
    return { ...gcsEntry(key, stored), bytesChecked: true };
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const target = encodeURIComponent(this.#settings.prefix + to);
    const path = `${this.#path(from)}/rewriteTo/b/${encodeURIComponent(this.#session.bucket)}/o/${target}`;
    const fields = `done,rewriteToken,resource(${objectFields})`;
    // Large objects are copied a piece at each call, until it says done.
    for (let rewriteToken: string | undefined; ; ) {
      const call = { method: 'POST', path, query: { fields, rewriteToken }, signal } as const;
      const ask = () => this.#session.found<Rewrite>(call, `copying ${from}`);
      const answer = await this.#session.patiently(signal, ask);
      if (answer === undefined) throw new StoreTrouble('missing', `there is no ${from}`);
      if (answer.done && answer.resource !== undefined) return gcsEntry(to, answer.resource);
      if (answer.rewriteToken === undefined) throw new StoreTrouble('broken', `copying ${from} gave no token to go on`);
      rewriteToken = answer.rewriteToken;
    }
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    const slots = new Semaphore(parallelRemoves);
    const removeOne = async (key: string): Promise<void> => {
      const call = { method: 'DELETE', path: this.#path(key), signal } as const;
      const ask = () => this.#session.found(call, `DELETE ${key}`);
      await this.#session.home.orEmpty(() => this.#session.patiently(signal, ask));
    };
    await slots.each(new Set(keys), removeOne, signal);
  }

  async signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    const { storage } = this.#auth;
    if (storage === undefined) throw new StoreTrouble('unsupported', 'signing needs a service account');
    const file = storage.bucket(this.#session.bucket).file(this.#settings.prefix + key);
    try {
      const [url] = await file.getSignedUrl({ version: 'v4', action: 'read', expires: Date.now() + expiresMs });
      return url;
    } catch (error) {
      if (error instanceof RangeError || /seven days/.test(String(error)))
        throw new StoreTrouble('limit', 'signed URLs hold for seven days at most');
      // A login that is no service account has no key to sign with.
      throw new StoreTrouble('unsupported', 'signing needs a service account');
    }
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  #path(key: string): string {
    return this.#session.objectPath(this.#settings.prefix + key);
  }
}

interface ListPage {
  readonly items?: readonly GcsObject[];
  readonly nextPageToken?: string;
}

interface Rewrite {
  readonly done: boolean;
  readonly rewriteToken?: string;
  readonly resource?: GcsObject;
}
