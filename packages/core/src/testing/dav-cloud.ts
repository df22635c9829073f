import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DavTree } from './dav-tree.ts';

/** What makes a test server an ownCloud or a Nextcloud. */
export interface DavCloudOptions {
  readonly kind: 'owncloud' | 'nextcloud';
  readonly user: string;
  /** Chunks may be no smaller, but the last one. Nextcloud's own limit is 5 MB. */
  readonly leastChunkBytes: number;
  /**
   * Putting a file together takes this long. `proxy`: what stands before the server answers 504 meanwhile; `job`: the
   * server answers 202 and tells how far it is, to clients that asked for that.
   */
  readonly slow?: { readonly ms: number; readonly as: 'proxy' | 'job' };
}

export interface DavCloudAnswer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

const files = '/remote.php/dav/files/';

/**
 * The part of ownCloud and Nextcloud that plain WebDAV has not: capabilities, and uploads in chunks, by their public
 * descriptions. Neither server is run by the tests; where the two are known to differ, each is strict in its own way.
 */
export class DavCloudUploads {
  /** Requests to put together what was being put together already: real servers damage the file then. */
  doubleMoves = 0;
  readonly #options: DavCloudOptions;
  readonly #tree: DavTree;
  readonly #home: string;
  /** Where each upload said it would go, by its folder. */
  readonly #targets = new Map<string, string>();
  readonly #assembling = new Set<string>();
  /** The status of each job, as JSON. */
  readonly #jobs = new Map<string, string>();

  constructor(tree: DavTree, options: DavCloudOptions) {
    this.#options = options;
    this.#tree = tree;
    this.#home = `/remote.php/dav/uploads/${options.user}`;
    for (const path of ['', '/dav', '/dav/files', `/dav/files/${options.user}`, '/dav/uploads'])
      tree.makeFolder(`/remote.php${path}`);
    tree.makeFolder(this.#home);
  }

  /** Undefined for what is plain WebDAV. */
  answer(request: IncomingMessage, path: string, bytes: Buffer): DavCloudAnswer | undefined {
    const { method = '' } = request;
    if (path === '/ocs/v1.php/cloud/capabilities') return this.#capabilities(request);
    if (path.startsWith('/job-status/')) return { status: 200, body: this.#jobs.get(path) ?? '{}' };
    const [, folder, name] = new RegExp(`^(${this.#home}/[^/]+)(?:/([^/]+))?$`).exec(path) ?? [];
    if (folder === undefined || method === 'PROPFIND' || method === 'DELETE') return undefined;
    if (name === undefined) return method === 'MKCOL' ? this.#begin(request, folder) : { status: 405 };
    if (this.#assembling.has(folder)) {
      if (method === 'MOVE') this.doubleMoves++;
      return { status: 423 };
    }
    if (this.#tree.get(folder) === undefined) return { status: 404 };
    if (method === 'PUT') return this.#put(request, folder, name, bytes);
    // Chunks cannot be read back.
    return method === 'MOVE' && name === '.file' ? this.#assemble(request, folder) : { status: 405 };
  }

  #capabilities(request: IncomingMessage): DavCloudAnswer {
    if (request.headers['ocs-apirequest'] !== 'true') return { status: 412 };
    const { kind, slow } = this.#options;
    const checksums = kind === 'owncloud' ? { checksums: { supportedTypes: ['SHA1', 'MD5', 'ADLER32'] } } : {};
    const bulk = kind === 'nextcloud' ? { bulkupload: '1.0' } : {};
    const async = slow?.as === 'job' ? { async: '1.0' } : {};
    const capabilities = { dav: { chunking: '1.0', ...bulk }, ...checksums, ...async };
    return { status: 200, body: JSON.stringify({ ocs: { meta: { statuscode: 100 }, data: { capabilities } } }) };
  }

  #begin(request: IncomingMessage, folder: string): DavCloudAnswer {
    if (this.#tree.get(folder) !== undefined) return { status: 405 };
    const target = targetOf(request);
    if (target === undefined) return { status: 400 };
    this.#targets.set(folder, target);
    this.#tree.makeFolder(folder);
    return { status: 201 };
  }

  #put(request: IncomingMessage, folder: string, name: string, bytes: Buffer): DavCloudAnswer {
    const number = /^\d{5}$/.test(name) ? Number(name) : 0;
    const isAnnounced = request.headers['oc-total-length'] !== undefined;
    if (number < 1 || number > 10_000 || !isAnnounced || targetOf(request) !== this.#targets.get(folder))
      return { status: 400 };
    this.#tree.writeFile(`${folder}/${name}`, bytes);
    return { status: 201 };
  }

  #assemble(request: IncomingMessage, folder: string): DavCloudAnswer {
    const target = targetOf(request);
    if (target === undefined || target !== this.#targets.get(folder)) return { status: 400 };
    if (!this.#tree.hasParent(target)) return { status: 409 };
    const chunks = this.#tree
      .children(folder)
      .sort()
      .map((path) => this.#tree.get(path)?.bytes ?? Buffer.alloc(0));
    const whole = Buffer.concat(chunks);
    const tooSmall = chunks.slice(0, -1).some(({ length }) => length < this.#options.leastChunkBytes);
    if (tooSmall || whole.length !== Number(request.headers['oc-total-length'])) return { status: 400 };
    if (this.#options.kind === 'owncloud' && !hasItsChecksum(request, whole)) return { status: 400 };
    const finish = (): void => {
      this.#assembling.delete(folder);
      this.#tree.writeFile(target, whole);
      this.#tree.remove(folder);
    };
    const { slow } = this.#options;
    if (slow === undefined) {
      finish();
      return { status: 201 };
    }
    this.#assembling.add(folder);
    const job = `/job-status/${randomUUID()}`;
    this.#jobs.set(job, JSON.stringify({ status: 'started' }));
    setTimeout(() => {
      finish();
      this.#jobs.set(job, JSON.stringify({ status: 'finished' }));
    }, slow.ms).unref();
    const isJob = slow.as === 'job' && request.headers['oc-lazyops'] !== undefined;
    return isJob ? { status: 202, headers: { 'oc-jobstatus-location': job } } : { status: 504 };
  }
}

/** False when the request names a checksum that other bytes have. */
export function hasItsChecksum(request: IncomingMessage, bytes: Uint8Array): boolean {
  const named = request.headers['oc-checksum'];
  return named === undefined || named === `SHA1:${createHash('sha1').update(bytes).digest('hex')}`;
}

function targetOf(request: IncomingMessage): string | undefined {
  const target = URL.parse(String(request.headers['destination']));
  const isHere = target !== null && target.host === request.headers.host && target.pathname.startsWith(files);
  return isHere ? decodeURIComponent(target.pathname) : undefined;
}
