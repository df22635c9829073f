import { isHttpTrouble } from '../../lib/http-trouble.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import { sleep } from '../../lib/retry.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import type { Block } from './blocks.ts';
import { absence, objectFields, type GcsObject, type GcsSession } from './gcs-session.ts';
import { readRefusal } from './gcs-trouble.ts';

export interface GcsResumableInit {
  readonly name: string;
  /** -1 when nobody knows. */
  readonly sizeBytes: number;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

// Without a byte of progress in between.
const triesInVain = 4;

/**
 * One resumable upload: chunks that follow one another, visible together when the last one is there.
 *
 * A chunk whose answer is lost is not simply sent again: the service is asked how much it has, and gets the rest.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export class GcsResumable {
  readonly #session: GcsSession;
  readonly #init: GcsResumableInit;
  #address: URL | undefined;
  /** Bytes the service has. */
  #stored = 0;
  #object: GcsObject | undefined;
  #md5 = '';
  /** The last trouble was one after which the service may still have what was sent. */
  isCut = false;

  constructor(session: GcsSession, init: GcsResumableInit) {
    this.#session = session;
    this.#init = init;
  }

  get address(): string {
    return this.#address?.href ?? '';
  }

  /** Goes on with an earlier upload of the same bytes while the service knows it; else starts one. */
  async begin(earlier: string | undefined): Promise<void> {
    if (earlier !== undefined) {
      this.#address = new URL(earlier);
      let isKnown = false;
      const silence = await this.#try(async () => {
        isKnown = await this.#took(await this.#send(undefined, this.#range('*'), {}));
      });
      if (silence !== undefined) throw silence;
      if (isKnown) return;
    }
    await this.#session.home.write(this.#init.signal, () =>
      this.#session.patiently(this.#init.signal, () => this.#start()),
    );
  }

  async #start(): Promise<void> {
    const { name, sizeBytes, ifAbsent, signal } = this.#init;
    const what = `PUT ${name}`;
    const response = await this.#session.send({
      method: 'POST',
      path: `/upload${this.#session.objectsPath}`,
      query: { uploadType: 'resumable', name, fields: objectFields, ...absence(ifAbsent) },
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'x-upload-content-type': 'application/octet-stream',
        ...(sizeBytes < 0 ? {} : { 'x-upload-content-length': String(sizeBytes) }),
      },
      body: JSON.stringify({ name, contentType: 'application/octet-stream' }),
      signal,
    });
    if (response.status >= 300) throw this.#session.ofBucket(await readRefusal(response), what);
    await response.discard();
    const { location } = response.headers;
    if (location === undefined) throw new StoreTrouble('broken', `${what} got no address to send to`);
    this.#address = new URL(location);
    this.#stored = 0;
  }

  async put(block: Block): Promise<void> {
    await this.#deliver(block, {});
  }

  /** Sends the last block; the service compares the MD5 of the whole before it shows anything. */
  async finish(block: Block, md5: string): Promise<void> {
    this.#md5 = md5;
    await this.#deliver(block, { 'x-goog-hash': `md5=${md5}` });
    if (this.#object === undefined)
      throw new StoreTrouble('broken', `PUT ${this.#init.name} has all bytes and shows no object`, { transient: true });
  }

  /** What the last answer described. */
  finished(): { readonly object: GcsObject; readonly md5Hash: string } {
    return { object: this.#object as GcsObject, md5Hash: this.#md5 };
  }

  /** Tells the service to forget what it has; it would anyhow, in a week. */
  async abandon(): Promise<void> {
    if (this.#address === undefined || this.#object !== undefined) return;
    try {
      // Never with the caller's signal: cleaning up is what an abort asks for.
      const signal = AbortSignal.timeout(5000);
      await (await this.#session.sendTo(this.#address, { method: 'DELETE', signal })).discard();
    } catch {
      // The first failure is the one worth telling.
    }
  }

  async #deliver({ bytes, start, isLast }: Block, headers: { readonly [name: string]: string }): Promise<void> {
    const end = start + bytes.length;
    const total = isLast ? end : this.#init.sizeBytes;
    for (let vain = 0; this.#stored < end || (isLast && this.#object === undefined); ) {
      const before = this.#stored;
      if (before < start)
        throw new StoreTrouble('unavailable', `the service lost a part of ${this.#init.name}`, { transient: true });
      const error = await this.#try(async () => {
        // All of it is there, and only the end was not heard: no bytes, and the total once more.
        const isEnd = before === end;
        const range = this.#range(isEnd ? '*' : `${before}-${end - 1}`, total);
        const response = await this.#send(isEnd ? undefined : bytes.subarray(before - start), range, headers);
        if (!(await this.#took(response))) throw this.#lost();
      });
      if (this.#stored > before || this.#object !== undefined) vain = 0;
      else if (error !== undefined && ++vain >= triesInVain) throw error;
      if (error === undefined) continue;
      const wishMs = Math.min(troubleOf(error)?.details.retryAfterMs ?? 0, 60_000);
      await sleep(Math.max(Math.min(100 * 2 ** vain, 5000), wishMs), this.#init.signal);
      // How far did it get? Silence here as well counts as one more try in vain.
      const unheard = await this.#try(async () => {
        const response = await this.#send(undefined, this.#range('*', total), headers);
        if (!(await this.#took(response))) throw this.#lost();
      });
      if (unheard !== undefined && ++vain >= triesInVain) throw unheard;
    }
    this.isCut = false;
  }

  /** Runs one exchange; returns the trouble after which the same bytes may be sent again, and throws any other. */
  async #try(exchange: () => Promise<void>): Promise<unknown> {
    try {
      await exchange();
      return undefined;
    } catch (error) {
      if (this.#init.signal?.aborted === true) throw error;
      this.isCut = isHttpTrouble(error)
        ? error.kind === 'cut' || error.kind === 'timeout' || error.kind === 'unreachable'
        : isPassing(error);
      if (!this.isCut) throw error;
      return error;
    }
  }

  /** Notes what an answer says the service has; false when it does not know this upload (any more). */
  async #took(response: HttpResponse): Promise<boolean> {
    const { status, headers } = response;
    if (status === 308) {
      await response.discard();
      // No Range means not one byte.
      const last = /^(?:bytes=)?0-(\d+)$/.exec(headers['range'] ?? '')?.[1];
      this.#stored = last === undefined ? 0 : Number(last) + 1;
      return true;
    }
    if (status === 200 || status === 201) {
      const text = await response.text();
      this.#object = JSON.parse(text) as GcsObject;
      this.#stored = Number(this.#object.size ?? 0);
      return true;
    }
    const refusal = await readRefusal(response);
    if (status === 404 || status === 410 || status === 499) return false;
    throw this.#session.trouble(refusal, `PUT ${this.#init.name}`);
  }

  #send(bytes: Uint8Array | undefined, range: string, headers: { readonly [name: string]: string }) {
    const { signal } = this.#init;
    const all = { ...headers, 'content-range': range };
    // Never twice by itself: what the service has by then is asked for first.
    const put = { method: 'PUT', headers: all, body: bytes ?? new Uint8Array(), repeatable: false, signal } as const;
    return this.#session.sendTo(this.#address as URL, put);
  }

  #range(bytes: string, total = this.#init.sizeBytes): string {
    return `bytes ${bytes}/${total < 0 ? '*' : total}`;
  }

  #lost(): StoreTrouble {
    this.#address = undefined;
    return new StoreTrouble('unavailable', `the service forgot the upload of ${this.#init.name}`, { transient: true });
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof StoreTrouble)) return false;
  const { status = 0 } = error.details;
  return status === 408 || status === 429 || status >= 500;
}
