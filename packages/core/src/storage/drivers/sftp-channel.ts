import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { passed } from '../../lib/spare-memory.ts';
import { StoreTrouble, type TroubleKind } from '../../model/driver.ts';

// draft-ietf-secsh-filexfer-02, section 7.
const noSuchFile = 2;
const failure = 4;
const kinds: { readonly [status: number]: TroubleKind } = {
  [noSuchFile]: 'missing',
  3: 'denied',
  // OpenSSH's answer to names that are too long.
  5: 'limit',
  6: 'unavailable',
  7: 'unavailable',
  8: 'unsupported',
};

/** A file opened on one channel; a handle means nothing on another. */
export type Handle = Buffer;

/** The calls of one SFTP channel as promises; what fails is trouble. */
export class SftpChannel {
  readonly #sftp: SFTPWrapper;
  /** Who waits for an answer: the library tells them nothing when the connection goes away. */
  readonly #waiting = new Set<(error: Error) => void>();
  #isLost = false;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    const lose = (): void => this.lose();
    // An `error` nobody listens to would end the process.
    sftp.once('close', lose).once('end', lose).on('error', lose);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** The connection is gone: everything asked fails, now and from now on. */
  lose(): void {
    this.#isLost = true;
    for (const fail of this.#waiting) fail(lost());
    this.#waiting.clear();
  }

  /** Follows links. */
  stat(path: string): Promise<Stats> {
    return this.#ask(`stat ${path}`, (done) => this.#sftp.stat(path, done));
  }

  /** As `stat`, of a link itself. */
  lstat(path: string): Promise<Stats> {
    return this.#ask(`stat ${path}`, (done) => this.#sftp.lstat(path, done));
  }

  readdir(path: string): Promise<FileEntryWithStats[]> {
    return this.#ask(`list ${path}`, (done) => this.#sftp.readdir(path, done));
  }

  /** `wx` fails where something has the name already. */
  open(path: string, flags: 'r' | 'wx'): Promise<Handle> {
    return this.#ask(`open ${path}`, (done) => this.#sftp.open(path, flags, done));
  }

  fstat(handle: Handle): Promise<Stats> {
    return this.#ask('stat an open file', (done) => this.#sftp.fstat(handle, done));
  }

  close(handle: Handle): Promise<void> {
    return this.#ask('close a file', (done) => this.#sftp.close(handle, done));
  }

  write(handle: Handle, bytes: Uint8Array, position: number): Promise<void> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The library makes a packet of them, and the cipher another.
    passed(2 * bytes.length);
    return this.#ask('write', (done) => this.#sftp.write(handle, buffer, 0, buffer.length, position, done));
  }

  /** Up to this many bytes; fewer than asked for, or none, only at the end of the file. */
  async read(handle: Handle, position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const some = await this.#ask<number>('read', (done) =>
        this.#sftp.read(handle, buffer, filled, length - filled, position + filled, done),
      );
      if (some === 0) break;
      filled += some;
    }
    // They came as pieces of the socket's, and were packets before they were here.
    passed(2 * filled);
    return buffer.subarray(0, filled);
  }

  /** Over what is there, as one step of the server. */
  replace(from: string, to: string): Promise<void> {
    return this.#ask(`rename to ${to}`, (done) => this.#sftp.ext_openssh_rename(from, to, done));
  }

  /** A second name for a file; fails where something has it already, as one step of the server. */
  link(from: string, to: string): Promise<void> {
    return this.#ask(`link ${to}`, (done) => this.#sftp.ext_openssh_hardlink(from, to, done));
  }

  unlink(path: string): Promise<void> {
    return this.#ask(`remove ${path}`, (done) => this.#sftp.unlink(path, done));
  }

  mkdir(path: string): Promise<void> {
    return this.#ask(`make folder ${path}`, (done) => this.#sftp.mkdir(path, done));
  }

  rmdir(path: string): Promise<void> {
    return this.#ask(`remove folder ${path}`, (done) => this.#sftp.rmdir(path, done));
  }

  /** Seconds since 1970; SFTP knows no parts of them. */
  setModified(path: string, seconds: number): Promise<void> {
    return this.#ask(`set the time of ${path}`, (done) => this.#sftp.utimes(path, seconds, seconds, done));
  }

  /** Tells disks apart; undefined where the server does not tell, or nothing lies at the path. */
  async diskOf(path: string): Promise<string | undefined> {
    try {
      const disk = await this.#ask<{ readonly f_fsid: number | bigint; readonly f_blocks: number | bigint }>(
        'ask for the disk',
        (done) => this.#sftp.ext_openssh_statvfs(path, done),
      );
      return `${disk.f_fsid} ${disk.f_blocks}`;
    } catch {
      return undefined;
    }
  }

  /** True when the disk below this path has no room; false also where the server does not tell. */
  async isFull(path: string): Promise<boolean> {
    try {
      const room = await this.#ask<{ readonly f_bavail: number }>('ask for room', (done) =>
        this.#sftp.ext_openssh_statvfs(path, done),
      );
      return Number(room.f_bavail) === 0;
    } catch {
      return false;
    }
  }

  async #ask<T>(what: string, start: (done: Done<T>) => void): Promise<T> {
    if (this.#isLost) throw lost();
    let failed: ((error: Error) => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        failed = reject;
        this.#waiting.add(reject);
        start((error, value) => (error === undefined || error === null ? resolve(value as T) : reject(error)));
      });
    } catch (error) {
      throw asTrouble(error, what);
    } finally {
      if (failed !== undefined) this.#waiting.delete(failed);
    }
  }
}

type Done<T> = (error?: Error | null, value?: T) => void;

function lost(): StoreTrouble {
  return new StoreTrouble('unavailable', 'the SSH connection was lost');
}

/** Trouble `broken` with no reason is what OpenSSH calls every failure it has no number for. */
export function isPlainFailure(error: unknown): boolean {
  return error instanceof StoreTrouble && error.details.status === failure;
}

function asTrouble(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreTrouble) return error;
  const status = (error as { readonly code?: unknown }).code;
  if (typeof status === 'number')
    return new StoreTrouble(kinds[status] ?? 'broken', `cannot ${what}: ${error.message}`, { status });
  // The library's own words for a connection that went away with requests on it, and for calls the server has not.
  if (/no response from server|not connected|channel.*(closed|ended)|unable to send|not open/i.test(error.message))
    return new StoreTrouble('unavailable', `cannot ${what}: the connection was lost`);
  if (/does not support/i.test(error.message))
    return new StoreTrouble('unsupported', `cannot ${what}: the server has no such call`);
  return error;
}

/** What lies at a path, links followed; undefined when nothing does. */
export async function statOf(channel: SftpChannel, path: string): Promise<Stats | undefined> {
  try {
    return await channel.stat(path);
  } catch (error) {
    if (error instanceof StoreTrouble && error.kind === 'missing') return undefined;
    throw error;
  }
}
