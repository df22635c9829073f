import { hash, randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { Bytes, WriteOptions } from '../../model/driver.ts';
import { isStaged, stagingFolder } from '../key.ts';
import { sizedBlocks, withFirst, type Block } from './blocks.ts';
import { uploadInChunks } from './webdav-chunks.ts';
import { DavCloud, wrongChecksum, type CloudAbilities } from './webdav-cloud.ts';
import type { DavFolders } from './webdav-folders.ts';
import type { DavSession } from './webdav-session.ts';

// What ownCloud's own client sends at a time; Nextcloud takes no less than 5 MB and no more chunks than 10,000.
const defaultChunkBytes = 10 * 1024 * 1024;
const mostChunks = 10_000;

/** Sends files: as one request, or in chunks to servers that put them together. */
export class DavUploads {
  readonly #session: DavSession;
  readonly #folders: DavFolders;
  readonly #cloud: DavCloud;
  readonly #chunkBytes: number;
  readonly #waitMs: number;
  /** Staging names in use: two writers of the same bytes may not share one. */
  readonly #live = new Set<string>();

  constructor(
    session: DavSession,
    folders: DavFolders,
    options: { readonly chunkBytes: number | undefined; readonly waitMs: number },
  ) {
    this.#session = session;
    this.#folders = folders;
    this.#cloud = new DavCloud(session);
    this.#chunkBytes = options.chunkBytes ?? defaultChunkBytes;
    this.#waitMs = options.waitMs;
  }

  /**
   * Runs work with a staging key. Where files go in chunks, bytes that are known get the same one again: so half an
   * upload of them can go on.
   */
  async staged<T>(key: string, { size, digest }: WriteOptions, work: (staged: string) => Promise<T>): Promise<T> {
    const isChunked = this.#chunkBytes > 0 && size > this.#chunkBytes && (await this.#cloud.abilities()) !== undefined;
    const known = isChunked && digest !== undefined ? hash('sha256', `${key}\n${digest}`, 'hex').slice(0, 32) : '';
    const name = known === '' || this.#live.has(known) ? randomUUID() : known;
    this.#live.add(name);
    try {
      return await work(`${stagingFolder}/put/${name}`);
    } finally {
      this.#live.delete(name);
    }
  }

  /** Stores bytes under a key; whoever calls looks at what was stored. */
  async send(key: string, body: Bytes, options: WriteOptions): Promise<void> {
    const cloud = await this.#cloud.abilities();
    if (cloud === undefined || this.#chunkBytes <= 0) return this.#putWhole(key, body, options, {});
    const blocks = sizedBlocks(body, options.size, Math.max(this.#chunkBytes, Math.ceil(options.size / mostChunks)));
    try {
      // There is one at least.
      const first = (await blocks.next()).value as Block;
      if (!first.isLast) return await this.#putChunks(key, withFirst(first, blocks), options, cloud);
      const checksum = cloud.hasChecksums ? { 'oc-checksum': `SHA1:${hash('sha1', first.bytes, 'hex')}` } : {};
      return await this.#putWhole(key, first.bytes, options, checksum).catch((error: unknown) => {
        throw cloud.hasChecksums ? wrongChecksum(error) : error;
      });
    } finally {
      await blocks.return();
    }
  }

  async #putWhole(
    key: string,
    body: Bytes,
    { size, ifAbsent = false, signal }: WriteOptions,
    more: { readonly [name: string]: string },
  ): Promise<void> {
    const url = this.#session.fileUrl(key);
    const folder = posix.dirname(key);
    const send = () => {
      // Chunked uploads without a length are 411 on nginx, and stored as empty files behind FastCGI.
      const headers = {
        'content-length': String(size),
        'content-type': 'application/octet-stream',
        // Staged files have names that nobody else has.
        ...(ifAbsent && !isStaged(key) ? { 'if-none-match': '*' } : {}),
        ...more,
      };
      return this.#session.change('PUT', url, { headers, body, signal, repeatable: !ifAbsent });
    };
    if (body instanceof Uint8Array) await this.#folders.within(folder, signal, send);
    else {
      await this.#prepareStream(folder, signal);
      await send();
    }
  }

  async #putChunks(
    key: string,
    blocks: AsyncIterable<Block>,
    { size, digest, signal }: WriteOptions,
    cloud: CloudAbilities,
  ): Promise<void> {
    const target = this.#session.fileUrl(key);
    // Other chunks under the same names would be taken for these.
    const known = `${target.pathname}\n${digest}\n${size}\n${this.#chunkBytes}`;
    const id = digest === undefined ? randomUUID() : hash('sha256', known, 'hex').slice(0, 32);
    const upload = { id: `runner-${id}`, mayGoOn: digest !== undefined, target, sizeBytes: size, signal };
    await this.#prepareStream(posix.dirname(key), signal);
    await uploadInChunks(this.#session, cloud, blocks, { ...upload, waitMs: this.#waitMs });
  }

  // A stream can be sent once: before it starts, the folder must be there and the login must be known to hold.
  async #prepareStream(folder: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#folders.knows(folder) && this.#session.isUnsure) {
      const there = await this.#session.propfind(this.#session.folderUrl(folder), 0, signal);
      if (there === undefined) this.#folders.forget(folder);
    }
    await this.#folders.ensure(folder, signal);
  }
}
