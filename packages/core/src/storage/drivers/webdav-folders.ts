import { StoreTrouble } from '../../model/driver.ts';
import { troubleOfStatus } from './http-status.ts';
import { what, type DavSession } from './webdav-session.ts';

/**
 * Makes folders, each once: WebDAV refuses files whose folder is not there.
 *
 * Others may remove a folder we know; who meets that calls `forget` and asks again.
 */
export class DavFolders {
  readonly #session: DavSession;
  readonly #known = new Map<string, Promise<void>>();

  constructor(session: DavSession) {
    this.#session = session;
  }

  /** Resolves when the folder of this key is there. Many may ask at once; the service is asked once. */
  ensure(folder: string, signal?: AbortSignal): Promise<void> {
    const before = this.#known.get(folder);
    if (before !== undefined) return before;
    const made = this.#make(this.#session.folderUrl(folder), signal);
    this.#known.set(folder, made);
    made.catch(() => this.#known.delete(folder));
    return made;
  }

  /** True when someone asked for it before. */
  knows(folder: string): boolean {
    return this.#known.has(folder);
  }

  forget(folder: string): void {
    for (const known of this.#known.keys()) {
      if (known === folder || known.startsWith(`${folder}/`) || folder.startsWith(`${known}/`))
        this.#known.delete(known);
    }
  }

  // Deepest first: mostly only the last folder is missing, and then one request is enough.
  async #make(url: URL, signal: AbortSignal | undefined): Promise<void> {
    const response = await this.#session.send('MKCOL', url, { signal });
    await response.discard();
    const { status } = response;
    // 405: it is there, or 20 of us asked at once and another one was first.
    if (status === 200 || status === 201 || status === 405) return;
    // A missing parent is 409 by the book, 404 or 500 on some servers; 403 is how a few protect their root.
    const parent = new URL('..', url);
    const canClimb = parent.pathname !== url.pathname;
    if ((status === 409 || status === 404 || status === 500) && canClimb) {
      if (await this.#isThere(url, signal)) return;
      await this.#make(parent, signal);
      const again = await this.#session.send('MKCOL', url, { signal });
      await again.discard();
      if (again.status === 200 || again.status === 201 || again.status === 405) return;
      if (again.status === 409)
        throw new StoreTrouble('conflict', `${what('MKCOL', url)}: a file is in the way`, { status: 409 });
      throw troubleOfStatus(again, what('MKCOL', url));
    }
    if (await this.#isThere(url, signal)) return;
    throw troubleOfStatus(response, what('MKCOL', url));
  }

  async #isThere(url: URL, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      return (await this.#session.propfind(url, 0, signal))?.[0]?.isFolder === true;
    } catch {
      // The refusal of MKCOL is the better message.
      return false;
    }
  }
}
