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
import { troubleOf } from '../trouble.ts';
import { originOf, unescaped } from './bucket-place.ts';
import { removeObjects } from './swift-bulk.ts';
import { readInfo, type SwiftInfo } from './swift-info.ts';
import { SwiftSegments } from './swift-leftovers.ts';
import { SwiftNewObjects } from './swift-new.ts';
import { listObjects, type ListedObject } from './swift-list.ts';
import { headObject, isFolderType, segmentsOf, toEntry, type Segment, type SwiftObject } from './swift-object.ts';
import { swiftOptions, swiftStoreOptions } from './swift-options.ts';
import { readObject } from './swift-read.ts';
import { SwiftSession } from './swift-session.ts';
import { tempUrl } from './swift-temp-url.ts';
import { noContainer } from './swift-trouble.ts';
import { SwiftUploads } from './swift-upload.ts';

/** A container of OpenStack Swift, or of Ceph's Swift API. */
export const swiftDriver = defineDriver({
  schemes: ['swift'],
  summary: 'A container of OpenStack Swift',
  examples: [
    {
      url: 'swift://plankton/sets',
      about: 'a container and a prefix; `authUrl` and an application credential, a password or a v1 key log in',
    },
  ],
  // Swift looks before it writes, so of 20 racing writers 8 have won; Ceph ignores the condition.
  guarantees: { conditionalPut: false, versions: true },
  options: swiftStoreOptions,
  service: ({ options }) => originOf(options['endpoint']) ?? originOf(options['authUrl']),
  async open({ url, options, context }) {
    const session = new SwiftSession(swiftOptions(options), context);
    return new SwiftDriver(session, unescaped(url.host), unescaped(url.pathname));
  },
});

interface Sending {
  readonly size: number;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

const emptyMd5 = 'd41d8cd98f00b204e9800998ecf8427e';

class SwiftDriver implements Driver {
  /** The service refuses bytes that are not those of the MD5 sent along, and large objects are looked at. */
  readonly provesWrites = true;
  readonly looksBeforeWrite = true;
  readonly #session: SwiftSession;
  readonly #container: string;
  /** With a slash at its end, or empty. */
  readonly #prefix: string;
  readonly #segments: SwiftSegments;
  readonly #uploads: SwiftUploads;
  readonly #news: SwiftNewObjects;
  #info: Promise<SwiftInfo> | undefined;
  #isThere = false;

  constructor(session: SwiftSession, container: string, path: string) {
    this.#session = session;
    this.#container = container;
    const prefix = path.replace(/^\/+|\/+$/g, '');
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#segments = new SwiftSegments(session, container);
    this.#uploads = new SwiftUploads(session, container, this.#segments);
    this.#news = new SwiftNewObjects(session, this.#uploads, () => this.#limits());
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    const head = await headObject(this.#session, this.#object(key), signal);
    if (head === undefined) await this.#checkContainer(signal);
    return head === undefined || head.isFolder ? undefined : toEntry(key, head);
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    try {
      return await readObject(this.#session, this.#object(key), range, signal);
    } catch (error) {
      if (troubleOf(error)?.kind === 'missing') await this.#checkContainer(signal);
      throw error;
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    try {
      const pages = listObjects(this.#session, this.#container, { prefix: this.#prefix + prefix, signal });
      for await (const page of pages) {
        const slots = new Semaphore(8);
        const entries = await Promise.all(page.map((listed) => this.#listed(listed, slots, signal)));
        yield entries.filter((entry) => entry !== undefined);
      }
    } catch (error) {
      // What is made with the first write has no files before it.
      if (!this.#session.options.createContainer || troubleOf(error)?.kind !== 'no-bucket') throw error;
    }
  }

  async write(key: string, body: Bytes, { size, ifAbsent, signal }: WriteOptions): Promise<Written> {
    const target = this.#object(key);
    const replaced = await this.#replaced(target, signal);
    const entry = await this.#put(key, target, body, { size, ifAbsent: ifAbsent === true, signal });
    await removeObjects(this.#session, replaced, signal);
    // The MD5 of every byte went along, and came back.
    return { ...entry, bytesChecked: true };
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    const objects = [...new Set(keys)].map((key) => this.#prefix + key);
    const suspects = await this.#segments.suspects(objects, signal);
    const belongings: Segment[] = [];
    for (const object of suspects) belongings.push(...(await this.#segments.belongings(object, signal)));
    // The objects first: nobody then sees one without its parts.
    await removeObjects(
      this.#session,
      objects.map((object) => ({ container: this.#container, object })),
      signal,
    );
    await removeObjects(this.#session, belongings, signal);
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const source = this.#object(from);
    const target = this.#object(to);
    const head = await headObject(this.#session, source, signal);
    if (head === undefined) throw new StoreTrouble('missing', `there is no ${from}`);
    const parts = await segmentsOf(this.#session, source, head, signal);
    if (parts === undefined) throw new StoreTrouble('unsupported', `${from} is made of parts of parts`);
    const replaced = await this.#replaced(target, signal);
    if (parts.length > 0) await this.#uploads.copyLarge(parts, target.object, await this.#limits(), signal);
    else await this.#uploads.copyPlain({ ...source, sizeBytes: head.sizeBytes, md5: head.etag }, target, signal);
    await removeObjects(this.#session, replaced, signal);
    const entry = await this.stat(to, signal);
    if (entry?.size === head.sizeBytes && entry.version === head.etag) return entry;
    throw new StoreTrouble('corrupt', `the copy of ${from} is not what was copied`, { transient: true });
  }

  async signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    return tempUrl(this.#session, this.#object(key), { expiresMs, info: await this.#limits() });
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  async #put(key: string, target: SwiftObject, body: Bytes, { size, ifAbsent, signal }: Sending): Promise<Entry> {
    const upload = { key: target.object, body, sizeBytes: size, signal };
    const isLarge = size > this.#session.options.segmentSizeBytes;
    let send = (bytes: Uint8Array): Promise<string> => this.#uploads.putBytes(target, bytes, { signal });
    if (ifAbsent && isLarge) await this.#news.look(target, signal);
    else if (ifAbsent) send = await this.#news.sender(target, size, signal);
    if (isLarge) return toEntry(key, await this.#uploads.putLarge(upload, await this.#limits()));
    const etag = body instanceof Uint8Array ? await send(body) : await this.#uploads.collected(upload, send);
    return toEntry(key, { sizeBytes: size, etag, modifiedMs: Number.NaN, kind: 'plain' });
  }

  /** The segments an object of this name has now, which nothing will refer to once it is replaced. */
  async #replaced({ object }: SwiftObject, signal: AbortSignal | undefined): Promise<readonly Segment[]> {
    const [suspect] = await this.#segments.suspects([object], signal);
    return suspect === undefined ? [] : this.#segments.belongings(object, signal);
  }

  async #listed(listed: ListedObject, slots: Semaphore, signal: AbortSignal | undefined): Promise<Entry | undefined> {
    const key = listed.name.slice(this.#prefix.length);
    const { sizeBytes, etag, modifiedMs } = listed;
    if (isFolderType(listed.contentType, sizeBytes)) return undefined;
    // Listings show dynamic large objects, which are what rclone writes, as empty.
    // Ceph shows static ones with the size of their manifest, and with the digest of nothing.
    if (sizeBytes === 0 || etag === emptyMd5) return slots.run(() => this.stat(key, signal), signal);
    return toEntry(key, { sizeBytes, etag, modifiedMs, kind: listed.isStaticLarge ? 'static' : 'plain' });
  }

  /** A 404 for an object may mean its container; asked once, for a container that is there stays there. */
  async #checkContainer(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isThere || this.#session.options.createContainer) return;
    const { status } = await this.#session.ask('HEAD', { container: this.#container }, [200, 204, 404], { signal });
    if (status === 404) throw noContainer(this.#container);
    this.#isThere = true;
  }

  #object(key: string): SwiftObject {
    return { container: this.#container, object: this.#prefix + key };
  }

  #limits(): Promise<SwiftInfo> {
    this.#info ??= readInfo(this.#session).catch((error: unknown) => {
      // A login that fails now may do better the next time.
      this.#info = undefined;
      throw error;
    });
    return this.#info;
  }
}
