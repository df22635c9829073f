import { StoreTrouble } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { member, textAt } from './json-member.ts';
import type { DavSession } from './webdav-session.ts';

/** What ownCloud and Nextcloud can do beyond WebDAV, as they themselves say. */
export interface CloudAbilities {
  /** Where uploads in chunks are put together; with a slash at its end. */
  readonly uploads: URL;
  /** Takes `OC-Checksum`: ownCloud refuses other bytes, Nextcloud only keeps it. */
  readonly hasChecksums: boolean;
  /** Goes on putting a large file together after it answered, and tells how far it is. */
  readonly hasJobs: boolean;
}

/** Asks a server once whether it is an ownCloud or a Nextcloud that takes files in chunks. */
export class DavCloud {
  readonly #session: DavSession;
  #asked: Promise<CloudAbilities | undefined> | undefined;

  constructor(session: DavSession) {
    this.#session = session;
  }

  /** Undefined for any other server: only the path that both have is asked about, and a refusal is a no. */
  async abilities(): Promise<CloudAbilities | undefined> {
    this.#asked ??= this.#ask();
    try {
      return await this.#asked;
    } catch (error) {
      this.#asked = undefined;
      throw error;
    }
  }

  // Without a caller's signal: the answer is shared, and one caller's abort is not the others'.
  async #ask(): Promise<CloudAbilities | undefined> {
    const { base } = this.#session;
    const [, above = '', user = ''] = /^(.*)\/remote\.php\/dav\/files\/([^/]+)/.exec(base.pathname) ?? [];
    if (user === '') return undefined;
    const url = new URL(`${above}/ocs/v1.php/cloud/capabilities?format=json`, base);
    // Without this header it takes us for another site's page.
    const response = await this.#session.send('GET', url, { headers: { 'ocs-apirequest': 'true' } });
    if (response.status !== 200) {
      await response.discard();
      return undefined;
    }
    const capabilities = capabilitiesIn(await response.text());
    if (textAt(member(capabilities, 'dav'), 'chunking') === '') return undefined;
    return {
      uploads: new URL(`${above}/remote.php/dav/uploads/${user}/`, base),
      hasChecksums: member(capabilities, 'checksums') !== undefined,
      hasJobs: textAt(capabilities, 'async') !== '',
    };
  }
}

/** The trouble of a request that named a checksum: what it calls a bad request is bytes that are not those of it. */
export function wrongChecksum(error: unknown): unknown {
  const trouble = troubleOf(error);
  if (trouble?.details.status !== 400) return error;
  const details = { expected: 'the checksum that was sent along', found: 'another', transient: true };
  return new StoreTrouble('corrupt', trouble.message, details);
}

function capabilitiesIn(text: string): unknown {
  try {
    return member(member(member(JSON.parse(text) as unknown, 'ocs'), 'data'), 'capabilities');
  } catch {
    // A page for people, as a proxy in front may send.
    return undefined;
  }
}
