import { hash } from 'node:crypto';
import { StoreTrouble } from '../../model/driver.ts';
import { isTransient, troubleOf } from '../trouble.ts';
import type { SwiftInfo } from './swift-info.ts';
import { headObject, type SwiftObject } from './swift-object.ts';
import type { SwiftSession } from './swift-session.ts';
import type { SwiftUploads } from './swift-upload.ts';

// More costs longer to send in vain than a look takes.
const mostUnseenBytes = 1024 * 1024;

// Where versions are kept, a PUT that is refused in the end has put one more of them beside the object.
const versionHeaders = ['x-versions-enabled', 'x-versions-location', 'x-history-location'];

/**
 * Writes that replace nothing: with one request where the service looks itself, else after a look of our own.
 *
 * Neither is a lock: of those who write at the same moment several may win. Trouble that may pass is waited for
 * here, because nobody outside can tell an object of an earlier try from somebody else's.
 */
export class SwiftNewObjects {
  readonly #session: SwiftSession;
  readonly #uploads: SwiftUploads;
  readonly #limits: () => Promise<SwiftInfo>;
  #asked: Promise<boolean> | undefined;

  constructor(session: SwiftSession, uploads: SwiftUploads, limits: () => Promise<SwiftInfo>) {
    this.#session = session;
    this.#uploads = uploads;
    this.#limits = limits;
  }

  /** Throws `conflict` when a file lies there. */
  async look(target: SwiftObject, signal: AbortSignal | undefined): Promise<void> {
    if (await this.#session.patiently(() => this.#found(target, signal), signal))
      throw new StoreTrouble('conflict', `there is a ${target.object}`);
  }

  /** What sends the bytes of a new object and returns their MD5; throws `conflict` when a file lies there. */
  async sender(
    target: SwiftObject,
    sizeBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<(bytes: Uint8Array) => Promise<string>> {
    if (sizeBytes <= mostUnseenBytes && (await this.#refusesItself(target.container)))
      return (bytes) => this.#putUnseen(target, bytes, signal);
    await this.look(target, signal);
    return (bytes) => this.#session.patiently(() => this.#uploads.putBytes(target, bytes, { signal }), signal);
  }

  async #putUnseen(target: SwiftObject, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<string> {
    let mayBeOurs = false;
    const attempt = async (): Promise<string> => {
      try {
        // Sent twice unseen, the second would be told of the first.
        const headers = { 'if-none-match': '*' };
        return await this.#uploads.putBytes(target, bytes, { headers, signal, repeatable: false });
      } catch (error) {
        if (troubleOf(error)?.kind === 'conflict') {
          const found = await this.#found(target, signal);
          if (found === undefined) return this.#uploads.putBytes(target, bytes, { signal });
          if (mayBeOurs && found.etag === hash('md5', bytes, 'hex')) return found.etag;
        }
        // An answer that was lost, or an error of the service, may hide that it was stored.
        mayBeOurs = true;
        throw error;
      }
    };
    return this.#session.patiently(attempt, signal);
  }

  /** What lies there; the mark of a folder is no file, and may be replaced. */
  async #found(target: SwiftObject, signal: AbortSignal | undefined): Promise<{ readonly etag: string } | undefined> {
    const head = await headObject(this.#session, target, signal);
    return head?.isFolder === true ? undefined : head;
  }

  #refusesItself(container: string): Promise<boolean> {
    return (this.#asked ??= this.#ask(container));
  }

  // Without a caller's signal: the answer is shared, and one caller's abort is not the others'.
  async #ask(container: string): Promise<boolean> {
    try {
      if (!(await this.#limits()).refusesToReplace) return false;
      const { headers } = await this.#session.ask('HEAD', { container }, [200, 204, 404]);
      return versionHeaders.every((name) => headers[name] === undefined);
    } catch (error) {
      // The write that asked meets the same trouble and tells of it; the next one asks again.
      const trouble = troubleOf(error);
      if (trouble === undefined || isTransient(trouble)) this.#asked = undefined;
      return false;
    }
  }
}
