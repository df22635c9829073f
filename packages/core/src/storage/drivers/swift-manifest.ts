import type { Segment } from './swift-object.ts';
import { encodedPath, type SwiftInit } from './swift-session.ts';

/** The request that makes one file of segments. */
export interface Manifest {
  readonly query: { readonly [name: string]: string };
  readonly init: SwiftInit;
}

/** Names every segment, with its size and digest, which Swift compares. */
export function staticManifest(segments: readonly Segment[]): Manifest {
  const parts = segments.map(({ container, object, md5, sizeBytes }) => ({
    path: `/${container}/${object}`,
    etag: md5,
    size_bytes: sizeBytes,
  }));
  const headers = { 'content-type': 'application/octet-stream' };
  return { query: { 'multipart-manifest': 'put' }, init: { headers, body: JSON.stringify(parts) } };
}

/** Names the folder of the segments, as rclone does; their names have their order. */
export function dynamicManifest([first]: readonly Segment[]): Manifest {
  const { container = '', object = '' } = first ?? {};
  const folder = encodedPath({ container, object: object.slice(0, object.lastIndexOf('/')) });
  const headers = { 'content-type': 'application/octet-stream', 'x-object-manifest': `${folder}/` };
  return { query: {}, init: { headers, body: new Uint8Array() } };
}
