import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { Semaphore } from '../../lib/semaphore.ts';
import {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Bytes,
  type Driver,
  type DriverContext,
  type Entry,
  type ReadStream,
  type WriteOptions,
} from '../../model/driver.ts';
import { isStaged, stagingFolder } from '../key.ts';
import { troubleOf } from '../trouble.ts';
import { removeAbandoned } from './abandoned.ts';
import { unescaped } from './bucket-place.ts';
import { isPlainFailure, statOf, type SftpChannel } from './sftp-channel.ts';
import { SftpConnection } from './sftp-connection.ts';
import { noteLinked } from './linked-folders.ts';
import { entryOf, listSftp } from './sftp-list.ts';
import { sftpOptions, sftpStoreOptions } from './sftp-options.ts';
import { inFolder, publish, type Publication } from './sftp-publish.ts';
import { openFile, readFile } from './sftp-read.ts';
import { writePieces } from './sftp-transfer.ts';

/** A folder of a machine one can log in to with SSH. */
export const sftpDriver = defineDriver({
  schemes: ['sftp'],
  summary: 'A folder of a machine that is reached by SSH',
  examples: [
    {
      url: 'sftp://lab@data.example.org/srv/plankton',
      about: 'a folder; `key` or `password` as references, else the keys of the agent; the host must be in known_hosts',
    },
  ],
  // A second name is given by the server in one step or not at all.
  guarantees: { conditionalPut: true, versions: true },
  options: sftpStoreOptions,
  async open({ url, options, context }) {
    const connection = new SftpConnection(sftpOptions(url, options), context.allowHosts);
    return new SftpDriver(connection, unescaped(url.pathname), context);
  },
});

class SftpDriver implements Driver {
  /** The size and time of every write are read from the file itself, before it gets its name. */
  readonly provesWrites = true;
  readonly #connection: SftpConnection;
  readonly #root: string;
  readonly #patiently: DriverContext['patiently'];
  readonly #note: DriverContext['note'];
  #hasStaged = false;

  constructor(connection: SftpConnection, root: string, { patiently, note }: DriverContext) {
    this.#connection = connection;
    this.#root = root.replace(/\/+$/, '');
    this.#patiently = patiently;
    this.#note = note;
  }

  async stat(key: string): Promise<Entry | undefined> {
    const stats = await statOf(await this.#connection.channel(), this.#path(key));
    return stats?.isFile() === true ? entryOf(key, stats) : undefined;
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const open = async () => openFile(await this.#connection.channel(), this.#path(key));
    return readFile({ open, patiently: this.#patiently, range, signal });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const ask = <T>(request: (channel: SftpChannel) => Promise<T>): Promise<T> =>
      this.#patiently(async () => request(await this.#connection.channel()), signal);
    const linked: string[] = [];
    yield* listSftp(this.#root, prefix, { ask, linked, signal });
    noteLinked(this.#note, this.#root, linked);
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    const channel = await this.#connection.channel();
    // What is staged by the engine is moved by the engine.
    const staged = isStaged(key) ? key : this.#stagingKey();
    try {
      const stats = await this.#put(channel, staged, body, options);
      if (staged === key) return entryOf(key, stats);
      return entryOf(
        key,
        await this.#publish(channel, { from: staged, to: key, stats, isNew: options.ifAbsent === true }),
      );
    } catch (error) {
      await this.#discard(staged);
      throw error;
    }
  }

  async move(from: string, to: string, { overwrite }: { readonly overwrite: boolean }): Promise<Entry> {
    const channel = await this.#connection.channel();
    const stats = await statOf(channel, this.#path(from));
    if (stats?.isFile() !== true) throw new StoreTrouble('missing', `there is no ${from}`);
    return entryOf(to, await this.#publish(channel, { from, to, stats, isNew: !overwrite }));
  }

  async remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    const slots = new Semaphore(16);
    await slots.each(keys, (key) => this.#removeOne(key), signal);
    const folders = new Set(keys.filter(isStaged).map((key) => posix.dirname(key)));
    for (const folder of folders) await this.#prune(folder);
  }

  async close(): Promise<void> {
    if (this.#hasStaged) {
      await removeAbandoned(this);
      await this.#prune(`${stagingFolder}/put`);
    }
    await this.#connection.close();
  }

  /** Stores bytes under a name nobody has, and measures what was stored. */
  async #put(channel: SftpChannel, key: string, body: Bytes, { size, signal }: WriteOptions): Promise<Stats> {
    const path = this.#path(key);
    const handle = await inFolder(channel, path, () => channel.open(path, 'wx'));
    let stats: Stats;
    try {
      await writePieces(channel, handle, body, signal);
      stats = await channel.fstat(handle);
    } catch (error) {
      await channel.close(handle).catch(() => undefined);
      if (isPlainFailure(error) && (await channel.isFull(this.#root)))
        throw new StoreTrouble('full', `the disk below ${this.#root} is full`);
      throw error;
    }
    await channel.close(handle);
    if (stats.size === size) return stats;
    const details = { expected: `${size} bytes`, found: `${stats.size} bytes`, transient: true };
    throw new StoreTrouble('corrupt', `the server did not store ${key} as sent`, details);
  }

  /** As the publication of two keys. */
  #publish(channel: SftpChannel, { from, to, ...rest }: Publication): Promise<Stats> {
    return publish(channel, { from: this.#path(from), to: this.#path(to), ...rest });
  }

  async #removeOne(key: string): Promise<void> {
    const channel = await this.#connection.channel();
    const path = this.#path(key);
    try {
      await channel.unlink(path);
    } catch (error) {
      if (troubleOf(error)?.kind === 'missing') return;
      // A key only ever names a file; a folder of the name is none.
      if (isPlainFailure(error) && (await statOf(channel, path))?.isFile() !== true) return;
      throw error;
    }
  }

  #stagingKey(): string {
    this.#hasStaged = true;
    return `${stagingFolder}/put/${randomUUID()}`;
  }

  async #discard(key: string): Promise<void> {
    try {
      await this.#removeOne(key);
    } catch {
      // The server is in trouble already; a sweep gets what is left.
    }
  }

  /** Removes empty staging folders; what someone puts there in that moment is found missing and made again. */
  async #prune(folder: string): Promise<void> {
    try {
      const channel = await this.#connection.channel();
      for (let at = folder; isStaged(at); at = posix.dirname(at)) await channel.rmdir(this.#path(at));
    } catch {
      // Not empty, or not there.
    }
  }

  #path(key: string): string {
    return `${this.#root}/${key}`;
  }
}
