import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { sleep } from '../../lib/retry.ts';
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
} from '../../model/driver.ts';
import { isStaged, stagingFolder } from '../key.ts';
import { troubleOf } from '../trouble.ts';
import { removeAbandoned } from './abandoned.ts';
import { readHttp } from './http-read.ts';
import { DavFolders } from './webdav-folders.ts';
import { childrenOf, listDav, toEntry } from './webdav-list.ts';
import type { DavResource } from './webdav-multistatus.ts';
import { DavPuts } from './webdav-puts.ts';
import { DavSession, webdavOptions, what } from './webdav-session.ts';
import { DavUploads } from './webdav-upload.ts';

/** A folder of a WebDAV service: ownCloud, Nextcloud, Apache, nginx. */
export const webdavDriver = defineDriver({
  schemes: ['webdav+https', 'webdav+http'],
  summary: 'A folder of a WebDAV service such as ownCloud or Nextcloud',
  examples: [
    {
      url: 'webdav+https://cloud.example.org/remote.php/dav/files/lab',
      about: 'a folder of ownCloud or Nextcloud; `username` and `password` (an app password) as env: references',
    },
  ],
  // If-None-Match is ignored by nginx and rclone, and many servers have no ETag: versions are seconds there.
  guarantees: { conditionalPut: false, versions: false },
  options: webdavOptions,
  async open({ url, options, context }) {
    const count = (name: string): number | undefined => (typeof options[name] === 'number' ? options[name] : undefined);
    const session = new DavSession(url, options, context);
    return new WebdavDriver(session, { moveWaitMs: count('moveWaitMs') ?? 60_000, chunkBytes: count('chunkBytes') });
  },
});

export class WebdavDriver implements Driver {
  /** Every write and move ends with a PROPFIND of what is there. */
  readonly provesWrites = true;
  readonly looksBeforeWrite = true;
  readonly #session: DavSession;
  readonly #folders: DavFolders;
  readonly #moveWaitMs: number;
  readonly #uploads: DavUploads;
  readonly #puts: DavPuts;
  #hasStaged = false;

  /** `moveWaitMs`: how long a move may go on after the service (or a proxy before it) stopped answering. */
  constructor(session: DavSession, options: { readonly moveWaitMs: number; readonly chunkBytes: number | undefined }) {
    this.#session = session;
    this.#folders = new DavFolders(session);
    this.#puts = new DavPuts(session);
    this.#moveWaitMs = options.moveWaitMs;
    this.#uploads = new DavUploads(session, this.#folders, {
      chunkBytes: options.chunkBytes,
      waitMs: options.moveWaitMs,
    });
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    const resource = await this.#find(key, signal);
    return resource === undefined || resource.isFolder ? undefined : toEntry(key, resource);
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const url = this.#session.fileUrl(key);
    return readHttp(
      async (headers) => {
        const response = await this.#session.send('GET', url, { headers, signal });
        // Servers send people who ask for a folder to its page, or say that they cannot; to us it is no file.
        const isFolder = /^[^?]*\/(\?|$)/.test(response.url) || response.status === 405 || response.status === 501;
        if (!isFolder) return response;
        await response.discard();
        throw new StoreTrouble('missing', `${key} is a folder`, { found: 'folder' });
      },
      what('GET', url),
      range,
      signal,
    );
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<readonly Entry[]> {
    return listDav(this.#session, prefix, signal);
  }

  // PUT is not atomic everywhere: sabre/dav writes straight into the file, so a cut would show half of it.
  async write(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    // What others stage, they move; `close` removes the folder when it is empty.
    if (isStaged(key)) {
      this.#hasStaged = true;
      return this.#put(key, body, options);
    }
    // A stream may turn out wrong at its very end, when the service has all of it already.
    if (body instanceof Uint8Array && (await this.#puts.areWhole())) return this.#putWhole(key, body, options);
    this.#hasStaged = true;
    const overwrite = options.ifAbsent !== true;
    return this.#uploads.staged(key, options, async (staged) => {
      try {
        const { size } = await this.#put(staged, body, options);
        return await this.#publish(staged, key, { overwrite, size, signal: options.signal });
      } catch (error) {
        await this.#discard(staged);
        throw error;
      }
    });
  }

  async move(
    from: string,
    to: string,
    options: { readonly overwrite: boolean; readonly signal?: AbortSignal },
  ): Promise<Entry> {
    return this.#publish(from, to, options);
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const source = await this.stat(from, signal);
    // Also keeps us from copying a whole folder: COPY takes everything below it along.
    if (source === undefined) throw new StoreTrouble('missing', `there is no ${from}`);
    const staged = this.#stagingKey();
    try {
      await this.#transfer('COPY', from, staged, { overwrite: true, signal });
      this.#verify(await this.stat(staged, signal), source.size, staged);
      return await this.#publish(staged, to, { overwrite: true, size: source.size, signal });
    } catch (error) {
      await this.#discard(staged);
      throw error;
    }
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    // WebDAV has no bulk remove; eight at a time, as browsers do.
    const slots = new Semaphore(8);
    await slots.each(keys, (key) => this.#removeOne(key, signal), signal);
    const folders = new Set(keys.filter(isStaged).map((key) => posix.dirname(key)));
    for (const folder of folders) await this.#prune(folder);
  }

  async close(): Promise<void> {
    if (this.#hasStaged) {
      await removeAbandoned(this);
      await this.#prune(`${stagingFolder}/put`);
    }
    this.#session.close();
  }

  /** File or folder, whichever has the name. */
  async #find(key: string, signal: AbortSignal | undefined): Promise<DavResource | undefined> {
    return (await this.#session.propfind(this.#session.fileUrl(key), 0, signal))?.[0];
  }

  /** Stores bytes under a staging key and looks at what was stored. */
  async #put(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    const { signal, size } = options;
    try {
      await this.#uploads.send(key, body, options);
      return this.#verify(await this.stat(key, signal), size, key);
    } catch (error) {
      await this.#discard(key);
      throw error;
    }
  }

  /** Stores bytes under their own name, at a service that shows all of them or nothing. */
  async #putWhole(key: string, body: Uint8Array, options: WriteOptions): Promise<Entry> {
    const { signal, size } = options;
    try {
      await this.#uploads.send(key, body, options);
    } catch (error) {
      const { status } = troubleOf(error)?.details ?? {};
      if (status === 405 || status === 409) await this.#refuseFolder(key, signal);
      throw error;
    }
    return this.#verify((await this.#puts.look(key, signal)) ?? (await this.stat(key, signal)), size, key);
  }

  async #refuseFolder(key: string, signal: AbortSignal | undefined): Promise<void> {
    if ((await this.#find(key, signal))?.isFolder === true)
      throw new StoreTrouble('conflict', `${key} is a folder`, { found: 'folder' });
  }

  /** Makes a staged file visible under its name, as one step of the service. */
  async #publish(from: string, to: string, options: PublishOptions): Promise<Entry> {
    const { overwrite, signal } = options;
    try {
      await this.#transfer('MOVE', from, to, { overwrite: false, signal });
    } catch (error) {
      if (await this.#moved(error, from, signal)) return this.#settled(to, options);
      // MOVE with Overwrite: T would remove a whole folder that has the name. Only files are replaced.
      await this.#refuseFolder(to, signal);
      if (!overwrite || troubleOf(error)?.details.status !== 412) throw error;
      try {
        await this.#transfer('MOVE', from, to, { overwrite: true, signal });
      } catch (second) {
        if (!(await this.#moved(second, from, signal))) throw second;
      }
    }
    return this.#settled(to, options);
  }

  /** The entry of a published file, which must be there and whole. */
  async #settled(to: string, options: PublishOptions): Promise<Entry> {
    return this.#verify(await this.stat(to, options.signal), options.size, to);
  }

  async #transfer(
    method: 'MOVE' | 'COPY',
    from: string,
    to: string,
    options: Omit<PublishOptions, 'size'>,
  ): Promise<void> {
    const headers = {
      destination: this.#session.fileUrl(to).href,
      // Never left out: the standard's default is T.
      overwrite: options.overwrite ? 'T' : 'F',
      ...(method === 'COPY' ? { depth: '0' } : {}),
    };
    const send = () => this.#session.change(method, this.#session.fileUrl(from), { headers, signal: options.signal });
    await this.#folders.within(posix.dirname(to), options.signal, send);
  }

  /**
   * A move that was cut or answered 502 or 504 may still be going on; sending it again would meet a lock or
   * damage the file. So we wait and look, until the source is gone (true) or the time is up.
   */
  async #moved(error: unknown, from: string, signal: AbortSignal | undefined): Promise<boolean> {
    const trouble = troubleOf(error);
    if (trouble?.kind !== 'unavailable' || trouble.details.status === 503) return false;
    const endMs = Date.now() + this.#moveWaitMs;
    for (let waitMs = Math.min(250, this.#moveWaitMs / 4); Date.now() < endMs; waitMs = Math.min(waitMs * 2, 5000)) {
      await sleep(waitMs, signal);
      if ((await this.#find(from, signal)) === undefined) return true;
    }
    return false;
  }

  /** Throws `corrupt` unless the file is there with all its bytes; the services have no digest to compare. */
  #verify(entry: Entry | undefined, size: number | undefined, key: string): Entry {
    if (entry !== undefined && (size === undefined || entry.size === size)) return entry;
    const found = entry === undefined ? 'nothing' : `${entry.size} bytes`;
    const expected = size === undefined ? 'a file' : `${size} bytes`;
    throw new StoreTrouble('corrupt', `the service did not store ${key} as sent`, { expected, found, transient: true });
  }

  async #removeOne(key: string, signal: AbortSignal | undefined): Promise<void> {
    // DELETE takes a folder with all that is in it; a key only ever names a file.
    const resource = await this.#find(key, signal);
    if (resource === undefined || resource.isFolder) return;
    await this.#session.change('DELETE', this.#session.fileUrl(key), { signal, accept: [404, 410] });
  }

  #stagingKey(): string {
    this.#hasStaged = true;
    return `${stagingFolder}/put/${randomUUID()}`;
  }

  // Never with the caller's signal: cleaning up is what an abort asks for.
  async #discard(key: string): Promise<void> {
    try {
      await this.#removeOne(key, AbortSignal.timeout(10_000));
    } catch {
      // The service is in trouble already; the first failure is the one worth telling, a sweep gets the rest.
    }
  }

  /** Removes empty staging folders; what someone puts there in that moment is found missing and sent again. */
  async #prune(folder: string): Promise<void> {
    for (let at = folder; isStaged(at); at = posix.dirname(at)) {
      try {
        if ((await childrenOf(this.#session, at)).length > 0) return;
        this.#folders.forget(at);
        await this.#session.change('DELETE', this.#session.folderUrl(at), { accept: [404, 410] });
      } catch {
        // An empty folder harms nobody.
        return;
      }
    }
  }
}

interface PublishOptions {
  readonly overwrite: boolean;
  /** What the file must have afterwards, when known. */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
}
