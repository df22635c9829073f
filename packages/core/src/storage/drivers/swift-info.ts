import { listOf, member } from './json-member.ts';
import type { SwiftSession } from './swift-session.ts';

/** What a service says of its own limits; each has a value every known service keeps. */
export interface SwiftInfo {
  /** Of one static large object. */
  readonly maxSegments: number;
  /** Of one object that is not large, or of one segment. */
  readonly maxObjectBytes: number;
  /** Static manifests can be read back; Ceph gives none, and lists such files with the size of the manifest. */
  readonly hasReadableManifests: boolean;
  /** A PUT with `If-None-Match: *` is refused where an object lies; Ceph replaces it without a word. */
  readonly refusesToReplace: boolean;
  /** Of temporary URLs: `sha1`, `sha256`, `sha512`. */
  readonly tempUrlDigests: readonly string[];
}

/** Asks for `/info`, which needs no login; services that hide it get the smallest limits. */
export async function readInfo(session: SwiftSession): Promise<SwiftInfo> {
  const account = await session.account();
  const url = new URL(account.href);
  // `/v1/AUTH_x` on Swift, `/swift/v1/AUTH_x` on Ceph.
  url.pathname = account.pathname.replace(/\/v1(\.0)?(\/.*)?$/, '/info');
  const info = parse(await session.open(url).catch(() => undefined));
  // Only Swift itself names it.
  const isSwift = member(member(info, 'slo'), 'min_segment_size') !== undefined;
  return {
    maxSegments: Number(member(member(info, 'slo'), 'max_manifest_segments') ?? 1000),
    maxObjectBytes: Number(member(member(info, 'swift'), 'max_file_size') ?? 5 * 2 ** 30),
    hasReadableManifests: isSwift,
    refusesToReplace: isSwift,
    // Ceph before 17 knows SHA-1 alone and names no digests.
    tempUrlDigests: digests(listOf(member(member(info, 'tempurl'), 'allowed_digests'))),
  };
}

function digests(named: readonly unknown[]): readonly string[] {
  return named.length === 0 ? ['sha1'] : named.map(String);
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
