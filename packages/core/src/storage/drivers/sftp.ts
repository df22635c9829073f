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
import { isPlainFailure, type Handle, type SftpChannel } from './sftp-channel.ts';
import { SftpConnection } from './sftp-connection.ts';
import { entryOf, listSftp } from './sftp-list.ts';
import { sftpOptions } from './sftp-options.ts';
import { readPieces, writePieces } from './sftp-transfer.ts';

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
  async open({ url, options, context }) {
    const connection = new SftpConnection(sftpOptions(url, options), context.allowHosts);
    return new SftpDriver(connection, decodeURIComponent(url.pathname), context);
  },
});

class SftpDriver implements Driver {
  /** The size and time of every write are read from the file itself, before it gets its name. */
  readonly provesWrites = true;
  readonly #connection: SftpConnection;
  readonly #root: string;
  readonly #patiently: DriverContext['patiently'];
  #hasStaged = false;

  constructor(connection: SftpConnection, root: string, { patiently }: DriverContext) {
    this.#connection = connection;
    this.#root = root.replace(/\/+$/, '');
    this.#patiently = patiently;
  }

  async stat(key: string): Promise<Entry | undefined> {
    const stats = await statOf(await this.#connection.channel(), this.#path(key));
    return stats?.isFile() === true ? entryOf(key, stats) : undefined;
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const { channel, handle, stats } = await this.#opened(key);
    const start = Math.min(range?.start ?? 0, stats.size);
    const end = Math.max(start, Math.min(range?.end ?? stats.size, stats.size));
    const body = this.#reading({ key, channel, handle, stats, start, end, signal });
    return { announcedBytes: end - start, [Symbol.asyncIterator]: () => body };
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<readonly Entry[]> {
    const ask = <T>(request: (channel: SftpChannel) => Promise<T>): Promise<T> =>
      this.#patiently(async () => request(await this.#connection.channel()), signal);
    return listSftp(this.#root, prefix, ask, signal);
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
    await Promise.all(keys.map((key) => slots.run(() => this.#removeOne(key), signal)));
    const folders = new Set(keys.filter(isStaged).map((key) => posix.dirname(key)));
    for (const folder of folders) await this.#prune(folder);
  }

  async close(): Promise<void> {
    if (this.#hasStaged) await this.#prune(`${stagingFolder}/put`);
    await this.#connection.close();
  }

  async #opened(key: string): Promise<OpenFile> {
    const channel = await this.#connection.channel();
    const handle = await channel.open(this.#path(key), 'r');
    const stats = await channel.fstat(handle);
    if (stats.isFile()) return { channel, handle, stats };
    await channel.close(handle);
    throw new StoreTrouble('missing', `${key} is no file`);
  }

  /** The bytes, on a new connection where the first was lost; a file that changed meanwhile is not continued. */
  async *#reading(reading: Reading): AsyncGenerator<Uint8Array, void, undefined> {
    const { key, end, signal } = reading;
    let { channel, handle } = reading;
    let at = reading.start;
    for (let stuck = 0; ; ) {
      const before = at;
      try {
        for await (const piece of readPieces(channel, handle, { start: at, end }, signal)) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        stuck = at > before ? 0 : stuck + 1;
        if (troubleOf(error)?.kind !== 'unavailable' || stuck > 2) throw error;
      } finally {
        await channel.close(handle).catch(() => undefined);
      }
      const again = await this.#patiently(() => this.#opened(key), signal);
      if (entryOf(key, again.stats).version !== entryOf(key, reading.stats).version) {
        await again.channel.close(again.handle);
        const details = { expected: 'the rest of the file', found: 'another file', transient: true };
        throw new StoreTrouble('corrupt', `${key} changed while it was read`, details);
      }
      ({ channel, handle } = again);
    }
  }

  /** Stores bytes under a name nobody has, and measures what was stored. */
  async #put(channel: SftpChannel, key: string, body: Bytes, { size, signal }: WriteOptions): Promise<Stats> {
    const path = this.#path(key);
    const handle = await this.#within(channel, key, () => channel.open(path, 'wx'));
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

  /** Gives a staged file its name, as one step of the server. */
  async #publish(channel: SftpChannel, { from, to, stats, isNew }: Publication): Promise<Stats> {
    const source = this.#path(from);
    const target = this.#path(to);
    const there = isNew ? undefined : await statOf(channel, target);
    if (there?.isFile() === false) throw new StoreTrouble('conflict', `${to} is a folder`);
    let { mtime } = stats;
    // Within one second two versions of one size would look the same: ours is then dated a second later.
    if (there !== undefined && there.mtime >= mtime) {
      mtime = there.mtime + 1;
      await channel.setModified(source, { atime: mtime, mtime });
    }
    try {
      await this.#within(channel, to, () => (isNew ? channel.link(source, target) : channel.replace(source, target)));
    } catch (error) {
      const found = isPlainFailure(error) ? await statOf(channel, target) : undefined;
      if (found === undefined) throw error;
      throw new StoreTrouble('conflict', `${to} is there already`);
    }
    if (isNew) await channel.unlink(source);
    return Object.assign(Object.create(Object.getPrototypeOf(stats) as object) as Stats, stats, { mtime });
  }

  /** Does something in the folder of a key, and makes the folder first where it is missing. */
  async #within<T>(channel: SftpChannel, key: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (troubleOf(error)?.kind !== 'missing') throw error;
      await this.#makeFolder(channel, posix.dirname(this.#path(key)));
      return act();
    }
  }

  /** Makes a folder and those it lies in, the root's own included. */
  async #makeFolder(channel: SftpChannel, path: string): Promise<void> {
    try {
      await channel.mkdir(path);
    } catch (error) {
      if (troubleOf(error)?.kind === 'missing' && posix.dirname(path) !== path) {
        await this.#makeFolder(channel, posix.dirname(path));
        // Not again by itself: where the parent is there now, a second "missing" means something else.
        return this.#madeFolder(channel, path);
      }
      await this.#checkFolder(channel, path, error);
    }
  }

  async #madeFolder(channel: SftpChannel, path: string): Promise<void> {
    try {
      await channel.mkdir(path);
    } catch (error) {
      await this.#checkFolder(channel, path, error);
    }
  }

  /** Another writer may have made it first; a file of the name is in the way. */
  async #checkFolder(channel: SftpChannel, path: string, error: unknown): Promise<void> {
    if (!isPlainFailure(error)) throw error;
    const stats = await statOf(channel, path);
    if (stats?.isDirectory() !== true) throw new StoreTrouble('conflict', `${path} is a file`);
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

interface OpenFile {
  readonly channel: SftpChannel;
  readonly handle: Handle;
  readonly stats: Stats;
}

interface Reading extends OpenFile {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

interface Publication {
  readonly from: string;
  readonly to: string;
  readonly stats: Stats;
  /** Fail where something has the name. */
  readonly isNew: boolean;
}

async function statOf(channel: SftpChannel, path: string): Promise<Stats | undefined> {
  try {
    return await channel.stat(path);
  } catch (error) {
    if (troubleOf(error)?.kind === 'missing') return undefined;
    throw error;
  }
}
