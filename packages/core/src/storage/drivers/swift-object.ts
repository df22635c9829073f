import type { HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type Entry } from '../../model/driver.ts';
import { lengthOf } from './http-status.ts';
import { listOf, member, textAt } from './json-member.ts';
import { bare, listObjects } from './swift-list.ts';
import type { SwiftSession, SwiftTarget } from './swift-session.ts';

/** An object by its container and name. */
export interface SwiftObject {
  readonly container: string;
  readonly object: string;
}

/** One part of a large object. */
export interface Segment extends SwiftObject {
  readonly sizeBytes: number;
  /** Hex, without quotes. */
  readonly md5: string;
}

/** What the headers of an object say. */
export interface SwiftHead {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly kind: 'plain' | 'static' | 'dynamic';
  /** Where a dynamic large object's segments lie; undefined for others. */
  readonly segments: SwiftObject | undefined;
  /** An empty object that rclone and Horizon put there to show a folder. */
  readonly isFolder: boolean;
}

/** Reads the headers of an object; undefined when it is not there. */
export async function headObject(
  session: SwiftSession,
  target: SwiftObject,
  signal?: AbortSignal,
): Promise<SwiftHead | undefined> {
  const response = await session.ask('HEAD', target, [200, 204, 404], { signal });
  if (response.status === 404) return undefined;
  const head = toHead(response, lengthOf(response.headers));
  if (head !== undefined) return head;
  throw new StoreTrouble('broken', `${target.object} has no length in the service's answer`);
}

/** The headers of a HEAD or of a whole GET; undefined when they tell no length. */
export function toHead({ headers }: Pick<HttpResponse, 'headers'>, length: number | undefined): SwiftHead | undefined {
  if (length === undefined) return undefined;
  const seconds = Number(headers['x-timestamp'] ?? Number.NaN);
  const manifest = headers['x-object-manifest'];
  return {
    sizeBytes: length,
    etag: bare(headers['etag'] ?? ''),
    modifiedMs: Math.floor(Number.isNaN(seconds) ? Date.parse(headers['last-modified'] ?? '') : seconds * 1000),
    kind: /^true$/i.test(headers['x-static-large-object'] ?? '')
      ? 'static'
      : manifest === undefined
        ? 'plain'
        : 'dynamic',
    segments: manifest === undefined ? undefined : splitPath(decodeURIComponent(manifest)),
    isFolder: isFolderType(headers['content-type'] ?? '', length),
  };
}

/** Whether an object of this type and size stands for a folder. */
export function isFolderType(contentType: string, sizeBytes: number): boolean {
  return sizeBytes === 0 && /^(application\/directory|application\/x-directory)/i.test(contentType);
}

/** The entry the rest of the house sees. */
export function toEntry(key: string, head: Pick<SwiftHead, 'sizeBytes' | 'etag' | 'modifiedMs' | 'kind'>): Entry {
  const { sizeBytes, etag, modifiedMs } = head;
  return {
    key,
    size: sizeBytes,
    ...(etag === '' ? {} : { version: etag }),
    // A large object's ETag is a digest of digests.
    ...(head.kind === 'plain' && /^[0-9a-f]{32}$/.test(etag) ? { digest: `md5:${etag}` as const } : {}),
    ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }),
  };
}

/** The parts of a large object in their order; none for a plain one. Undefined when nobody tells. */
export async function segmentsOf(
  session: SwiftSession,
  target: SwiftObject,
  head: SwiftHead,
  signal?: AbortSignal,
): Promise<readonly Segment[] | undefined> {
  if (head.segments !== undefined) return dynamicSegments(session, head.segments, signal);
  if (head.kind === 'plain') return [];
  const query: SwiftTarget['query'] = { 'multipart-manifest': 'get', format: 'json' };
  const { value } = await session.json('GET', { ...target, query }, { signal });
  const parts = listOf(value);
  // Ceph keeps its manifests to itself.
  if (parts.length === 0) return undefined;
  // Parts of parts, ranges and inline data: legal, and nothing the common tools write.
  if (parts.some((part) => ['sub_slo', 'range', 'data'].some((name) => member(part, name) !== undefined)))
    return undefined;
  return parts.map((part) => ({
    ...splitPath(textAt(part, 'name', 'path').replace(/^\//, '')),
    sizeBytes: Number(member(part, 'bytes') ?? member(part, 'size_bytes')),
    md5: bare(textAt(part, 'hash', 'etag')),
  }));
}

async function dynamicSegments(
  session: SwiftSession,
  { container, object: prefix }: SwiftObject,
  signal: AbortSignal | undefined,
): Promise<readonly Segment[]> {
  const segments: Segment[] = [];
  for await (const page of listObjects(session, container, { prefix, signal })) {
    for (const { name, sizeBytes, etag } of page) segments.push({ container, object: name, sizeBytes, md5: etag });
  }
  return segments;
}

function splitPath(path: string): SwiftObject {
  const slash = path.indexOf('/');
  return { container: path.slice(0, slash), object: path.slice(slash + 1) };
}
