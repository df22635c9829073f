import { createHash } from 'node:crypto';
import { sleep } from '../../lib/retry.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { isTransient, troubleOf } from '../trouble.ts';
import type { Block } from './blocks.ts';
import { troubleOfStatus } from './http-status.ts';
import { member, textAt } from './json-member.ts';
import { Sending } from './sending.ts';
import { wrongChecksum, type CloudAbilities } from './webdav-cloud.ts';
import { childrenIn, type DavChild } from './webdav-list.ts';
import { what, type DavSession } from './webdav-session.ts';

// Of one file; each up to a chunk in memory.
const parallelChunks = 3;

/** A file that is put together on the server. */
export interface ChunkedUpload {
  /** Names the upload; the same id goes on with what an interrupted upload of the same bytes left. */
  readonly id: string;
  /** The bytes may come again under this id: then half an upload is worth keeping. */
  readonly mayGoOn: boolean;
  /** Where the file appears. */
  readonly target: URL;
  readonly sizeBytes: number;
  readonly signal: AbortSignal | undefined;
  /** How long putting it together may go on after the server (or a proxy before it) stopped answering. */
  readonly waitMs: number;
}

/**
 * Sends a file in chunks, which ownCloud and Nextcloud put together: no request is longer than a proxy's patience, and
 * a cut costs one chunk. https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html
 */
export async function uploadInChunks(
  session: DavSession,
  cloud: CloudAbilities,
  blocks: AsyncIterable<Block>,
  upload: ChunkedUpload,
): Promise<void> {
  const { target, sizeBytes, signal } = upload;
  const folder = new URL(`${encodeURIComponent(upload.id)}/`, cloud.uploads);
  // Nextcloud wants both with every request: it decides early where the chunks lie, and whether there is room.
  const headers = { destination: target.href, 'oc-total-length': String(sizeBytes) };
  const whole = createHash('sha1');
  try {
    const there = await begin(session, folder, headers, signal);
    const sending = new Sending(parallelChunks, signal);
    try {
      for await (const { bytes, index, release } of blocks) {
        whole.update(bytes);
        // Put together in the order of their names as text.
        const name = String(index + 1).padStart(5, '0');
        if (there.get(name) === bytes.length) release();
        else
          await sending.start(() => putChunk(session, new URL(name, folder), { headers, bytes, signal }).then(release));
      }
    } finally {
      // Nothing may still be on its way when the caller hears of the end.
      await sending.ended();
    }
    sending.throwIfFailed();
    const checksum = cloud.hasChecksums ? { 'oc-checksum': `SHA1:${whole.digest('hex')}` } : {};
    const lazy = cloud.hasJobs ? { 'oc-lazyops': 'true' } : {};
    const asked = { ...headers, ...checksum, ...lazy, overwrite: 'T' };
    await assemble(session, new URL('.file', folder), asked, upload).catch((error: unknown) => {
      throw cloud.hasChecksums ? wrongChecksum(error) : error;
    });
  } catch (error) {
    const trouble = troubleOf(error);
    const isWrong = trouble === undefined || trouble.kind === 'corrupt' || !isTransient(trouble);
    const mayPass = signal?.aborted === true || !isWrong;
    if (!upload.mayGoOn || !mayPass) await discard(session, folder);
    throw error;
  }
}

/** Makes the folder of the chunks; the chunks that are there already, by name, with their sizes. */
async function begin(
  session: DavSession,
  folder: URL,
  headers: { readonly [name: string]: string },
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  // 405: there is one, of an upload that was interrupted.
  const status = await session.change('MKCOL', folder, { headers, signal, accept: [405] });
  if (status !== 405) return new Map();
  const sizes = ({ key, resource }: DavChild): [string, number] => [key, resource.size];
  return new Map((await childrenIn(session, folder, '', signal)).map(sizes));
}

async function putChunk(
  session: DavSession,
  url: URL,
  chunk: {
    readonly headers: { readonly [name: string]: string };
    readonly bytes: Uint8Array;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const headers = { ...chunk.headers, 'content-type': 'application/octet-stream' };
  try {
    await session.change('PUT', url, { headers, body: chunk.bytes, signal: chunk.signal });
  } catch (error) {
    const { status = 0 } = troubleOf(error)?.details ?? {};
    if (status !== 404 && status !== 409) throw error;
    // The server forgets uploads after a day of silence; the next one begins anew.
    throw new StoreTrouble('unavailable', `${what('PUT', url)} answered ${status}: the upload is gone`, { status });
  }
}

/**
 * Has the chunks put together. That may last minutes, and proxies give up before: it is never asked for twice, but
 * looked for until it is there.
 */
async function assemble(
  session: DavSession,
  chunks: URL,
  headers: { readonly [name: string]: string },
  upload: ChunkedUpload,
): Promise<void> {
  // The desktop client gives a large file three minutes for each gigabyte.
  const endMs = Date.now() + upload.waitMs + (upload.sizeBytes / 1e9) * 180_000;
  let trouble: StoreTrouble;
  try {
    const response = await session.send('MOVE', chunks, { headers, signal: upload.signal });
    const { status, headers: answer } = response;
    await response.discard();
    const job = answer['oc-jobstatus-location'];
    if (status === 202 && job !== undefined) return await followJob(session, new URL(job, chunks), endMs, upload);
    if (status === 200 || status === 201 || status === 204) return;
    trouble = troubleOfStatus(response, what('MOVE', chunks));
    // 423: it is at it, after a request whose answer was lost.
    if (![202, 423, 502, 504].includes(status)) throw trouble;
  } catch (error) {
    const lost = troubleOf(error);
    // 503 was asked again as often as the store allows.
    if (lost?.kind !== 'unavailable' || lost.details.status === 503) throw error;
    trouble = lost;
  }
  await until(endMs, upload.signal, trouble, async () => {
    const [found] = (await session.propfind(upload.target, 0, upload.signal)) ?? [];
    return found?.size === upload.sizeBytes;
  });
}

/** Asks ownCloud how far it is. */
async function followJob(session: DavSession, job: URL, endMs: number, { signal }: ChunkedUpload): Promise<void> {
  const slow = new StoreTrouble('unavailable', `${what('GET', job)} did not finish in time`);
  await until(endMs, signal, slow, async () => {
    const response = await session.send('GET', job, { signal });
    const text = await response.text();
    if (response.status !== 200) throw troubleOfStatus(response, what('GET', job));
    const answer = parsed(text);
    const status = textAt(answer, 'status');
    if (status !== 'error') return status === 'finished';
    const code = Number(member(answer, 'errorCode'));
    throw troubleOfStatus({ status: code, headers: {} }, `${what('GET', job)} (${textAt(answer, 'errorMessage')})`);
  });
}

// What is no JSON has no status, and so is not finished.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Looks again and again, ever more rarely; throws the trouble when the time is up. */
async function until(
  endMs: number,
  signal: AbortSignal | undefined,
  trouble: StoreTrouble,
  isDone: () => Promise<boolean>,
): Promise<void> {
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 5000)) {
    if (await isDone()) return;
    if (Date.now() + waitMs > endMs) throw trouble;
    await sleep(waitMs, signal);
  }
}

// Never with the caller's signal: cleaning up is what an abort asks for.
async function discard(session: DavSession, folder: URL): Promise<void> {
  try {
    await session.change('DELETE', folder, { accept: [404], signal: AbortSignal.timeout(10_000) });
  } catch {
    // The server forgets it by itself, in a day; the first failure is the one worth telling.
  }
}
