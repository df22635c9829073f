import type { Entry } from '../../model/driver.ts';
import { lengthOf } from './http-status.ts';
import { versionFrom } from './webdav-multistatus.ts';
import type { DavSession } from './webdav-session.ts';

// So Apache's own file store (mod_dav_fs) names itself; what runs behind an Apache, as ownCloud does, says nothing of it.
const apacheFiles = 'http://apache.org/dav/propset/fs/1';

/**
 * Asks a server once whether a PUT of it shows the whole file or nothing, and refuses what lies there when told so.
 *
 * Apache's file store does: it receives into a hidden file, drops that when the connection is cut, and renames it at
 * the end. Files can then be sent under their own names, with half the requests that staging and moving them takes.
 */
export class DavPuts {
  readonly #session: DavSession;
  #asked: Promise<boolean> | undefined;

  constructor(session: DavSession) {
    this.#session = session;
  }

  areWhole(): Promise<boolean> {
    return (this.#asked ??= this.#ask());
  }

  /**
   * The entry of a file, for a tenth of what a PROPFIND costs both sides; its version is the one that listings tell.
   *
   * Undefined where the answer does not tell everything. Only for servers whose uploads are whole.
   */
  async look(key: string, signal: AbortSignal | undefined): Promise<Entry | undefined> {
    const response = await this.#session.send('HEAD', this.#session.fileUrl(key), { signal });
    await response.discard();
    const { etag, 'last-modified': modified } = response.headers;
    const size = lengthOf(response.headers);
    if (response.status !== 200 || size === undefined || etag === undefined || modified === undefined) return undefined;
    const version = versionFrom(etag, modified, size);
    return { key, size, modifiedMs: Date.parse(modified), ...(version === undefined ? {} : { version }) };
  }

  // Without a caller's signal: the answer is shared, and one caller's abort is not the others'.
  async #ask(): Promise<boolean> {
    try {
      const response = await this.#session.send('OPTIONS', this.#session.folderUrl(''));
      await response.discard();
      return response.status === 200 && (response.headers['dav'] ?? '').includes(apacheFiles);
    } catch {
      // The write that asked meets the same trouble and tells of it; the next one asks again.
      this.#asked = undefined;
      return false;
    }
  }
}
