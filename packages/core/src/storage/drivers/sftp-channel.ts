import type { Attributes, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
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

  #isLost = false;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    // The library answers what is under way then; what is asked later would wait for ever.
    sftp.once('close', () => (this.#isLost = true));
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Follows links. */
  stat(path: string): Promise<Stats> {
    return asked(`stat ${path}`, (done) => this.#sftp.stat(path, done));
  }

  readdir(path: string): Promise<FileEntryWithStats[]> {
    return asked(`list ${path}`, (done) => this.#sftp.readdir(path, done));
  }

  /** `wx` fails where something has the name already. */
  open(path: string, flags: 'r' | 'wx'): Promise<Handle> {
    return asked(`open ${path}`, (done) => this.#sftp.open(path, flags, done));
  }

  fstat(handle: Handle): Promise<Stats> {
    return asked('stat an open file', (done) => this.#sftp.fstat(handle, done));
  }

  close(handle: Handle): Promise<void> {
    return asked('close a file', (done) => this.#sftp.close(handle, done));
  }

  write(handle: Handle, bytes: Uint8Array, position: number): Promise<void> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return asked('write', (done) => this.#sftp.write(handle, buffer, 0, buffer.length, position, done));
  }

  /** Up to this many bytes; fewer than asked for, or none, only at the end of the file. */
  async read(handle: Handle, position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const some = await asked<number>('read', (done) =>
        this.#sftp.read(handle, buffer, filled, length - filled, position + filled, done),
      );
      if (some === 0) break;
      filled += some;
    }
    return buffer.subarray(0, filled);
  }

  /** Over what is there, as one step of the server. */
  replace(from: string, to: string): Promise<void> {
    return asked(`rename to ${to}`, (done) => this.#sftp.ext_openssh_rename(from, to, done));
  }

  /** A second name for a file; fails where something has it already, as one step of the server. */
  link(from: string, to: string): Promise<void> {
    return asked(`link ${to}`, (done) => this.#sftp.ext_openssh_hardlink(from, to, done));
  }

  unlink(path: string): Promise<void> {
    return asked(`remove ${path}`, (done) => this.#sftp.unlink(path, done));
  }

  mkdir(path: string): Promise<void> {
    return asked(`make folder ${path}`, (done) => this.#sftp.mkdir(path, done));
  }

  rmdir(path: string): Promise<void> {
    return asked(`remove folder ${path}`, (done) => this.#sftp.rmdir(path, done));
  }

  setModified(path: string, attributes: Pick<Attributes, 'atime' | 'mtime'>): Promise<void> {
    return asked(`set the time of ${path}`, (done) =>
      this.#sftp.utimes(path, attributes.atime, attributes.mtime, done),
    );
  }

  /** True when the disk below this path has no room; false also where the server does not tell. */
  async isFull(path: string): Promise<boolean> {
    try {
      const room = await asked<{ readonly f_bavail: number }>('ask for room', (done) =>
        this.#sftp.ext_openssh_statvfs(path, done),
      );
      return Number(room.f_bavail) === 0;
    } catch {
      return false;
    }
  }
}

type Done<T> = (error?: Error | null, value?: T) => void;

async function asked<T>(what: string, start: (done: Done<T>) => void): Promise<T> {
  try {
    return await new Promise<T>((resolve, reject) => {
      start((error, value) => (error === undefined || error === null ? resolve(value as T) : reject(error)));
    });
  } catch (error) {
    throw asTrouble(error, what);
  }
}

/** Trouble `broken` with no reason is what OpenSSH calls every failure it has no number for. */
export function isPlainFailure(error: unknown): boolean {
  return error instanceof StoreTrouble && error.details.status === failure;
}

function asTrouble(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
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
