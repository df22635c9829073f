import { StoreTrouble } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { troubleOfStatus } from './http-status.ts';
import { what, type DavSession } from './webdav-session.ts';

/**
 * Makes folders, each once: WebDAV refuses files whose folder is not there.
 *
 * Others may remove a folder we know; `within` meets that and makes it again.
 */
export class DavFolders {
  readonly #session: DavSession;
  /** By URL path, so that folders above the store's own root are shared too. */
  readonly #known = new Map<string, Promise<void>>();

  constructor(session: DavSession) {
    this.#session = session;
  }

  /** Resolves when the folder of this key is there. Many may ask at once; the service is asked once. */
  ensure(folder: string, signal?: AbortSignal): Promise<void> {
    return this.#ensureUrl(this.#session.folderUrl(folder), signal);
  }

  knows(folder: string): boolean {
    return this.#known.has(this.#session.folderUrl(folder).pathname);
  }

  /** Forgets a folder with all above and below it. */
  forget(folder: string): void {
    const { pathname } = this.#session.folderUrl(folder);
    for (const known of this.#known.keys()) {
      if (known.startsWith(pathname) || pathname.startsWith(known)) this.#known.delete(known);
    }
  }

  /** Runs work that needs a folder; when the service says that it is missing, makes it and runs the work again. */
  async within<T>(folder: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.ensure(folder, signal);
    try {
      return await work();
    } catch (error) {
      if (!maybeNoFolder(error)) throw error;
      this.forget(folder);
      await this.ensure(folder, signal);
    }
    try {
      return await work();
    } catch (error) {
      // MKCOL says of a file what it says of a folder: "there is something". Then every write below it fails.
      if (maybeNoFolder(error)) await this.#refuseFileInTheWay(this.#session.folderUrl(folder), signal);
      throw error;
    }
  }

  #ensureUrl(url: URL, signal: AbortSignal | undefined): Promise<void> {
    const before = this.#known.get(url.pathname);
    if (before !== undefined) return before;
    const made = this.#make(url, signal);
    this.#known.set(url.pathname, made);
    made.catch(() => this.#known.delete(url.pathname));
    return made;
  }

  // Deepest first: mostly only the last folder is missing, and then one request is enough.
  async #make(url: URL, signal: AbortSignal | undefined): Promise<void> {
    const first = await this.#mkcol(url, signal);
    if (isThere(first.status) || (await this.#isFolder(url, signal))) return;
    const parent = new URL('..', url);
    if (parent.pathname === url.pathname) throw first.trouble;
    // A missing parent is 409 by the book, 404 or 500 on some servers. 400 and 403 are what Apache says when a
    // file is in the way, and when another one made the folder at this very moment.
    if (![400, 403, 404, 409, 500].includes(first.status)) throw first.trouble;
    await this.#ensureUrl(parent, signal);
    const second = await this.#mkcol(url, signal);
    if (isThere(second.status) || (await this.#isFolder(url, signal))) return;
    await this.#refuseFileInTheWay(url, signal);
    throw second.trouble;
  }

  async #mkcol(
    url: URL,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly status: number; readonly trouble: StoreTrouble }> {
    const response = await this.#session.send('MKCOL', url, { signal });
    await response.discard();
    return { status: response.status, trouble: troubleOfStatus(response, what('MKCOL', url)) };
  }

  async #isFolder(url: URL, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      return (await this.#session.propfind(url, 0, signal))?.[0]?.isFolder === true;
    } catch (error) {
      signal?.throwIfAborted();
      // The refusal of MKCOL is the better message.
      if (troubleOf(error) === undefined) throw error;
      return false;
    }
  }

  async #refuseFileInTheWay(folder: URL, signal: AbortSignal | undefined): Promise<void> {
    const root = this.#session.folderUrl('').pathname;
    for (let url = folder; url.pathname.startsWith(root) && url.pathname !== root; url = new URL('..', url)) {
      const asFile = new URL(url.href.replace(/\/$/, ''));
      const found = (await this.#session.propfind(asFile, 0, signal))?.[0];
      if (found !== undefined && !found.isFolder)
        throw new StoreTrouble('conflict', `${asFile.pathname} is a file`, { found: 'file' });
    }
  }
}

// 201: made. 405: something is there, or 20 of us asked at once and another one was first.
function isThere(status: number): boolean {
  return status === 200 || status === 201 || status === 405;
}

function maybeNoFolder(error: unknown): boolean {
  const status = troubleOf(error)?.details.status ?? 0;
  return [400, 403, 404, 405, 409, 415, 500].includes(status);
}
