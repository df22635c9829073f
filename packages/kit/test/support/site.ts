import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { download, type DownloadRequest } from '../../src/download.ts';
import { type Answering, loopback, type Loopback, plainFetch, send } from './loopback.ts';
import { tempFolder } from './temp-folder.ts';

/** 64 hex digits. */
export const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** What the tests download. */
export const body = Buffer.alloc(600_000, 'the bytes of a data set, again and again; ');

export interface Site {
  readonly server: Loopback;
  readonly folder: string;
  /** Downloads `/file` to `<folder>/file`. */
  readonly get: (more?: Partial<DownloadRequest>) => ReturnType<typeof download>;
}

/** Runs a test against a server of its own, with a folder of its own. */
export async function withSite(answer: Answering, work: (site: Site) => Promise<void>): Promise<void> {
  await using server = await loopback(answer);
  await using folder = await tempFolder();
  const path = join(folder.path, 'file');
  const get: Site['get'] = async (more) => {
    const progress = (done: number, total?: number): void => {
      more?.progress?.(done, total);
      server.received(done);
    };
    return download({ url: `${server.url}/file?token=hidden`, fetch: plainFetch, path, ...more, progress });
  };
  await work({ server, folder: folder.path, get });
}

/** Answers like a good server: ranges, If-Range, a strong tag; the first answers are cut where a test wants it. */
export function file(
  versions: readonly Buffer[],
  options: { readonly cuts?: readonly number[]; readonly validator?: 'etag' | 'last-modified' | 'weak' } = {},
): Answering {
  const cuts = [...(options.cuts ?? [])];
  let asked = 0;
  return (request, response, server) => {
    const bytes = versions[Math.min(asked, versions.length - 1)] ?? Buffer.alloc(0);
    asked += 1;
    const tag = `"${sha(bytes).slice(0, 8)}"`;
    const validators = {
      etag: { etag: tag },
      weak: { etag: `W/${tag}` },
      'last-modified': { 'last-modified': new Date(1e12 + bytes.length * 1000).toUTCString() },
    }[options.validator ?? 'etag'];
    const validator = Object.values(validators)[0];
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? -1);
    const cut = cuts.shift();
    if (from < 0 || request.headers['if-range'] !== validator) {
      response.writeHead(200, { ...validators, 'content-length': bytes.length });
      send(server, response, bytes, { cut });
    } else if (from >= bytes.length) {
      response.writeHead(416, { ...validators, 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      response.writeHead(206, {
        ...validators,
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      });
      send(server, response, bytes.subarray(from), { from, cut });
    }
  };
}
