import { StoreTrouble } from '../../model/driver.ts';
import { listOf, member, textAt } from './json-member.ts';
import type { SwiftSession } from './swift-session.ts';
import { noContainer } from './swift-trouble.ts';

/** One object as a container's listing shows it. */
export interface ListedObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** What HEAD tells as its ETag, without quotes: the MD5 of a plain object, of its segments' MD5s for a large one. */
  readonly etag: string;
  readonly isStaticLarge: boolean;
  readonly contentType: string;
  readonly modifiedMs: number;
}

// What Swift and Ceph give at most; more is refused or cut.
const pageObjects = 10_000;

/**
 * All objects of a container whose name starts with the prefix, in pages, in the service's order.
 *
 * Throws `no-bucket` when there is no such container. `limit` is for those who want to know whether there is any.
 */
export async function* listObjects(
  session: SwiftSession,
  container: string,
  options: { readonly prefix: string; readonly limit?: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<readonly ListedObject[], void, undefined> {
  const { prefix, signal } = options;
  const limit = options.limit ?? pageObjects;
  for (let marker = ''; ; ) {
    const query = {
      format: 'json',
      limit: String(limit),
      ...(prefix === '' ? {} : { prefix }),
      ...(marker === '' ? {} : { marker }),
    };
    const { value, headers } = await session.patiently(async () => {
      const answer = await session.json('GET', { container, query }, { signal }, [404]);
      if (answer.status === 404) throw noContainer(container);
      return answer;
    }, signal);
    const page = listOf(value).map(toListed);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    const inContainer = Number(headers['x-container-object-count'] ?? Number.NaN);
    if (options.limit !== undefined || isLast(page.length, inContainer)) return;
    // A service that ignores the marker would be read for ever.
    if (Buffer.compare(Buffer.from(last.name), Buffer.from(marker)) <= 0)
      throw new StoreTrouble('broken', `the listing of ${container} does not go on after ${marker}`);
    marker = last.name;
  }
}

/**
 * A page that is not full is the last one, unless the service cuts pages at less than we asked for: such limits are round
 * numbers, so a round page is only believed when the container has no more than it.
 */
function isLast(objects: number, inContainer: number): boolean {
  if (objects >= pageObjects) return false;
  return objects % 100 !== 0 || objects >= inContainer;
}

function toListed(value: unknown): ListedObject {
  const name = member(value, 'name');
  const sizeBytes = member(value, 'bytes');
  if (typeof name !== 'string' || typeof sizeBytes !== 'number')
    throw new StoreTrouble('broken', 'the listing has an entry without name and bytes');
  return {
    name,
    sizeBytes,
    etag: bare(textAt(value, 'slo_etag', 'hash')),
    isStaticLarge: member(value, 'slo_etag') !== undefined,
    contentType: textAt(value, 'content_type'),
    modifiedMs: utcMs(textAt(value, 'last_modified')),
  };
}

/** An ETag without its quotes: Swift quotes those of large objects and not those of plain ones. */
export function bare(etag: string): string {
  return etag.replace(/^(W\/)?"(.*)"$/, '$2');
}

// Swift leaves the time zone out; Ceph does not.
function utcMs(text: string): number {
  return Math.floor(Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`));
}
