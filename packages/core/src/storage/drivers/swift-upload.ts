import type { HttpResponse } from '../../lib/http-client.ts';
import { hashOf } from '../../lib/running-hash.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import { StoreTrouble, type Bytes } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { sizedBlocks, type Block } from './blocks.ts';
import { removeObjects } from './swift-bulk.ts';
import { createObject } from './swift-create.ts';
import type { SwiftInfo } from './swift-info.ts';
import { partNumber, toSegment, uploadFolder, type SwiftSegments } from './swift-leftovers.ts';
import { bare, listObjects } from './swift-list.ts';
import { dynamicManifest, staticManifest } from './swift-manifest.ts';
import { headObject, type Segment, type SwiftHead, type SwiftObject } from './swift-object.ts';
import { etagOf } from './swift-read.ts';
import { encodedPath, type SwiftInit, type SwiftSession, type SwiftTarget } from './swift-session.ts';

// All segments of a store that are filled, hashed and sent, in memory; larger ones go two at a time.
const heldBytes = 48 * 1024 * 1024;
const largestSegmentBytes = 96 * 1024 * 1024;

interface LargeUpload {
  readonly key: string;
  readonly body: Bytes;
  readonly sizeBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Uploads of one container: each request is whole in memory and carries its MD5. */
export class SwiftUploads {
  readonly #session: SwiftSession;
  readonly #container: string;
  readonly #segments: SwiftSegments;
  readonly #slots: Semaphore;
  /** One fewer than slots: were all sent at once, all would be filled at once too, and the service wait for the first. */
  readonly #wire: Semaphore;
  /** Folders of uploads of this process; nobody may take their parts away. */
  readonly #live = new Set<string>();

  constructor(session: SwiftSession, container: string, segments: SwiftSegments) {
    this.#session = session;
    this.#container = container;
    this.#segments = segments;
    this.#slots = new Semaphore(Math.max(2, Math.floor(heldBytes / session.options.segmentSizeBytes)));
    this.#wire = new Semaphore(this.#slots.limit - 1);
  }

  /** Stores bytes as one plain object; the service itself refuses them if they arrive wrong. Returns their MD5. */
  async putBytes(target: SwiftObject, bytes: Uint8Array, init: Omit<SwiftInit, 'body'>): Promise<string> {
    const md5 = (await hashOf('md5', bytes)).toString('hex');
    await this.#putKnown(target, bytes, md5, init);
    return md5;
  }

  async #putKnown(target: SwiftObject, bytes: Uint8Array, md5: string, init: Omit<SwiftInit, 'body'>): Promise<void> {
    const response = await this.#create(target, { ...init, headers: { ...init.headers, etag: md5 }, body: bytes });
    checkEtag(bare(response.headers['etag'] ?? ''), md5, target.object);
  }

  /** Collects a stream that fits into one request, and sends it. */
  async collected(
    { body, sizeBytes, signal }: Omit<LargeUpload, 'key'>,
    send: (bytes: Uint8Array) => Promise<string>,
  ): Promise<string> {
    return this.#slots.run(async () => {
      const [block] = await Array.fromAsync(sizedBlocks(body, sizeBytes, sizeBytes));
      return send((block as Block).bytes);
    }, signal);
  }

  /**
   * Stores bytes as a large object; it appears with its manifest, after all its segments were checked.
   *
   * Segments that an interrupted upload of the same bytes left behind are copied inside the service instead of sent.
   */
  async putLarge(upload: LargeUpload, info: SwiftInfo): Promise<SwiftHead> {
    const { key, sizeBytes, signal } = upload;
    const segmentBytes = segmentSize(sizeBytes, this.#session.options.segmentSizeBytes, info);
    await this.#segments.makeHome(signal);
    const folder = uploadFolder(key, sizeBytes, segmentBytes);
    const left = await this.#left(key, sizeBytes, segmentBytes, signal);
    const used: Segment[] = [];
    const segments = await this.#filled(folder, signal, () =>
      this.#sendAll(upload, segmentBytes, async (number, bytes) => {
        const target = { container: this.#segments.home, object: `${folder}/${String(number).padStart(8, '0')}` };
        const same = left.get(number);
        const md5 = (await hashOf('md5', bytes)).toString('hex');
        if (same?.md5 === md5 && same.sizeBytes === bytes.length && (await this.#copied(same, target, signal)))
          used.push(same);
        // Here and not only around the whole write: a stream can be read once, its segments be sent any number of times.
        else {
          const put = () => this.#putKnown(target, bytes, md5, { signal });
          await this.#session.patiently(() => this.#wire.run(put, signal), signal);
        }
        return { ...target, sizeBytes: bytes.length, md5 };
      }),
    );
    const head = await this.#publish(key, segments, info, signal);
    await removeObjects(this.#session, used, signal);
    return head;
  }

  async copyPlain(from: Segment, target: SwiftObject, signal: AbortSignal | undefined): Promise<void> {
    if (await this.#copied(from, target, signal)) return;
    throw new StoreTrouble('missing', `there is no ${from.object} any more`);
  }

  /** Copies a large object part by part: two manifests that share parts would lose both with the first removal. */
  async copyLarge(
    parts: readonly Segment[],
    key: string,
    info: SwiftInfo,
    signal: AbortSignal | undefined,
  ): Promise<SwiftHead> {
    await this.#segments.makeHome(signal);
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const folder = uploadFolder(key, sizeBytes, parts[0]?.sizeBytes ?? 0);
    const slots = new Semaphore(4);
    const copy = async (part: Segment, number: number): Promise<Segment> => {
      const target = { container: this.#segments.home, object: `${folder}/${String(number).padStart(8, '0')}` };
      if (await this.#copied(part, target, signal)) return { ...part, ...target };
      throw new StoreTrouble('corrupt', `a segment of the source of ${key} is gone`);
    };
    const copies = await this.#filled(folder, signal, () =>
      Promise.all(parts.map((part, number) => slots.run(() => copy(part, number), signal))),
    );
    return this.#publish(key, copies, info, signal);
  }

  /** Fills a folder with segments and checks them; what came of a failure is taken away where it is of no use. */
  async #filled(
    folder: string,
    signal: AbortSignal | undefined,
    fill: () => Promise<readonly Segment[]>,
  ): Promise<readonly Segment[]> {
    this.#live.add(folder);
    try {
      const segments = await fill();
      await this.#checkSegments(segments, signal);
      return segments;
    } catch (error) {
      // What a network cut short may go on later; what was wrong in itself helps nobody.
      const kind = signal?.aborted === true ? 'unavailable' : troubleOf(error)?.kind;
      if (kind !== 'unavailable' && kind !== 'throttled') await this.#discard(folder);
      throw error;
    } finally {
      this.#live.delete(folder);
    }
  }

  /** Sends segment after segment, a few side by side; as many are in memory as slots. */
  async #sendAll(
    upload: LargeUpload,
    segmentBytes: number,
    send: (number: number, bytes: Uint8Array) => Promise<Segment>,
  ): Promise<readonly Segment[]> {
    const sending: Promise<Segment>[] = [];
    const failed: unknown[] = [];
    const blocks = sizedBlocks(upload.body, upload.sizeBytes, segmentBytes);
    try {
      for (;;) {
        await this.#slots.acquire(upload.signal);
        let next;
        try {
          next = failed.length > 0 ? undefined : await blocks.next();
        } finally {
          if (next === undefined || next.done === true) this.#slots.release();
        }
        if (next === undefined || next.done === true) break;
        const { index, bytes, release } = next.value;
        const sent = send(index, bytes).finally(() => {
          release();
          this.#slots.release();
        });
        sent.catch((error: unknown) => failed.push(error));
        sending.push(sent);
      }
    } finally {
      await Promise.allSettled(sending);
      await blocks.return();
    }
    return Promise.all(sending);
  }

  /** A copy inside the service; false when the source is gone or has other bytes by now. */
  async #copied(from: Segment, target: SwiftObject, signal: AbortSignal | undefined): Promise<boolean> {
    const headers = { 'x-copy-from': `/${encodedPath(from)}` };
    const copy = async (): Promise<boolean> => {
      try {
        const { headers: stored } = await this.#create(target, { headers, signal });
        return bare(stored['etag'] ?? '') === from.md5;
      } catch (error) {
        if (troubleOf(error)?.kind !== 'missing') throw error;
        // The service says the same when it did not get to know whether the target's container is there.
        if ((await headObject(this.#session, from, signal)) === undefined) return false;
        throw new StoreTrouble('unavailable', `${from.object} is there and was not copied`, { status: 404 });
      }
    };
    return this.#session.patiently(copy, signal);
  }

  #create(target: SwiftObject & Pick<SwiftTarget, 'query'>, init: SwiftInit): Promise<HttpResponse> {
    const mayMakeContainer = target.container === this.#segments.home || this.#session.options.createContainer;
    return createObject(this.#session, target, init, mayMakeContainer);
  }

  /**
   * Writes the manifest over checked segments, and looks at what came of it.
   *
   * From here on nothing takes the segments away again: a manifest whose answer was lost may refer to them.
   */
  async #publish(
    key: string,
    segments: readonly Segment[],
    info: SwiftInfo,
    signal: AbortSignal | undefined,
  ): Promise<SwiftHead> {
    const target = { container: this.#container, object: key };
    const kind = this.#session.options.largeObjects ?? (info.hasReadableManifests ? 'static' : 'dynamic');
    const manifest = kind === 'static' ? staticManifest(segments) : dynamicManifest(segments);
    // The service looks at each segment before it answers.
    const init = { ...manifest.init, signal, idleTimeoutMs: 300_000 };
    await this.#session.patiently(() => this.#create({ ...target, query: manifest.query }, init), signal);
    const head = await headObject(this.#session, target, signal);
    checkEtag(head?.etag ?? 'nothing', etagOf(segments), key);
    return head as SwiftHead;
  }

  // Ceph takes a manifest with wrong digests, so this is ours to see.
  async #checkSegments(segments: readonly Segment[], signal: AbortSignal | undefined): Promise<void> {
    const [first] = segments;
    if (first === undefined) return;
    const prefix = first.object.slice(0, first.object.lastIndexOf('/') + 1);
    const stored = new Map<string, string>();
    for await (const page of listObjects(this.#session, first.container, { prefix, signal }))
      for (const { name, sizeBytes, etag } of page) stored.set(name, `${sizeBytes} ${etag}`);
    for (const { container, object, sizeBytes, md5 } of segments) {
      let found = stored.get(object);
      if (found === undefined) {
        // Listings may lag behind; the object itself does not.
        const head = await headObject(this.#session, { container, object }, signal);
        found = head === undefined ? 'nothing' : `${head.sizeBytes} ${head.etag}`;
      }
      checkEtag(found, `${sizeBytes} ${md5}`, object);
    }
  }

  /** Parts of earlier uploads of the same key and size, by number, the newest of each. */
  async #left(
    key: string,
    sizeBytes: number,
    segmentBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<number, Segment>> {
    const left = new Map<number, Segment>();
    // In the order of their names, which start with the time.
    for (const found of await this.#segments.below(key, signal)) {
      const number = partNumber(found.name, key, sizeBytes, segmentBytes);
      if (number === undefined || this.#live.has(found.name.slice(0, found.name.lastIndexOf('/')))) continue;
      left.set(number, toSegment(found));
    }
    return left;
  }

  // Never with the caller's signal: cleaning up is what an abort asks for.
  async #discard(folder: string): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    const container = this.#segments.home;
    try {
      for await (const page of listObjects(this.#session, container, { prefix: `${folder}/`, signal })) {
        const parts = page.map(({ name }) => ({ container, object: name }));
        await removeObjects(this.#session, parts, signal);
      }
    } catch {
      // The service is in trouble already; the next write or removal of this key finds what is left.
    }
  }
}

/** The segment size for a file: as asked for, or larger where the service takes fewer segments. */
function segmentSize(sizeBytes: number, wishedBytes: number, info: SwiftInfo): number {
  const mebibyte = 1024 * 1024;
  const leastBytes = Math.ceil(sizeBytes / info.maxSegments / mebibyte) * mebibyte;
  const segmentBytes = sizeBytes <= wishedBytes * info.maxSegments ? wishedBytes : leastBytes;
  if (segmentBytes <= Math.min(info.maxObjectBytes, largestSegmentBytes)) return segmentBytes;
  const mostBytes = Math.min(info.maxObjectBytes, largestSegmentBytes) * info.maxSegments;
  throw new StoreTrouble('limit', `a file of ${sizeBytes} bytes; ${mostBytes} is the most`);
}

function checkEtag(found: string, expected: string, what: string): void {
  if (found === expected) return;
  throw new StoreTrouble('corrupt', `the service stored ${what} otherwise than sent`, {
    expected,
    found,
    transient: true,
  });
}
