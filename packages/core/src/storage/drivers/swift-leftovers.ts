import { troubleOf } from '../trouble.ts';
import { makeContainer } from './swift-create.ts';
import { listObjects, type ListedObject } from './swift-list.ts';
import { headObject, segmentsOf, type Segment } from './swift-object.ts';
import type { SwiftSession } from './swift-session.ts';

// An upload that has not moved for this long is nobody's any more.
const abandonedMs = 60 * 60 * 1000;
// Asked one by one up to here; more names are looked up in one listing of all segments.
const fewKeys = 8;

/** The parts of large objects: what belongs to which object, and what nobody needs any more. */
export class SwiftSegments {
  readonly #session: SwiftSession;
  readonly #container: string;
  /** Where parts may lie: as rclone and the swift client name it, and as Swift's S3 does. */
  readonly #homes: readonly string[];
  /** Homes that are not there; asking each time would double the requests of small writes. */
  readonly #absent = new Set<string>();

  constructor(session: SwiftSession, container: string) {
    this.#session = session;
    this.#container = container;
    this.#homes = [`${container}_segments`, `${container}+segments`];
  }

  /** Where this driver puts its own. */
  get home(): string {
    return `${this.#container}_segments`;
  }

  /** Makes the container for parts; one that is there is left as it is. */
  async makeHome(signal: AbortSignal | undefined): Promise<void> {
    await this.#session.patiently(() => makeContainer(this.#session, this.home, signal), signal);
    this.#absent.delete(this.home);
  }

  /** Everything that lies below `<key>/` beside the objects: parts of this key, and of keys below it. */
  async below(key: string, signal: AbortSignal | undefined, limit?: number): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const home of this.#homes) {
      for await (const page of this.#list(home, `${key}/`, signal, limit))
        for (const one of page) found.push({ ...one, container: home });
    }
    return found;
  }

  /** Those of the keys that may be large objects. */
  async suspects(keys: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]> {
    if (keys.length <= fewKeys) {
      const found = await Promise.all(keys.map(async (key) => (await this.below(key, signal, 1)).length > 0));
      return keys.filter((_, n) => found[n] === true);
    }
    const asked = new Set(keys);
    const suspects = new Set<string>();
    for (const home of this.#homes) {
      for await (const page of this.#list(home, '', signal)) {
        for (const { name } of page) {
          for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
            const key = name.slice(0, at);
            if (asked.has(key)) suspects.add(key);
          }
        }
      }
    }
    return [...suspects];
  }

  /**
   * What may be removed together with the object of this key: its parts, and parts of uploads that were given up.
   *
   * Parts in other containers are left: they may be files in their own right.
   */
  async belongings(key: string, signal: AbortSignal | undefined): Promise<readonly Segment[]> {
    const below = await this.below(key, signal);
    if (below.length === 0) return [];
    const target = { container: this.#container, object: key };
    const head = await headObject(this.#session, target, signal);
    const parts = head === undefined ? [] : ((await segmentsOf(this.#session, target, head, signal)) ?? []);
    const own = parts.filter(
      ({ container, object }) => this.#homes.includes(container) && object.startsWith(`${key}/`),
    );
    const known = new Set(own.map(({ object }) => object));
    const left = below.filter(({ name }) => !known.has(name) && isPartOf(key, name));
    return [...own, ...abandoned(left).map(toSegment)];
  }

  async *#list(
    container: string,
    prefix: string,
    signal: AbortSignal | undefined,
    limit?: number,
  ): AsyncGenerator<readonly ListedObject[], void, undefined> {
    if (this.#absent.has(container)) return;
    try {
      yield* listObjects(this.#session, container, { prefix, signal, ...(limit === undefined ? {} : { limit }) });
    } catch (error) {
      const { status } = troubleOf(error)?.details ?? {};
      if (status !== 404) throw error;
      this.#absent.add(container);
    }
  }
}

/** A listed part with the container it lies in. */
export interface Found extends ListedObject {
  readonly container: string;
}

/** The parts of uploads that have not moved for long; the first parts of one that goes on may be old all the same. */
function abandoned(parts: readonly Found[]): Found[] {
  const old = Date.now() - abandonedMs;
  const uploads = Map.groupBy(parts, ({ container, name }) => `${container}/${name.slice(0, name.lastIndexOf('/'))}`);
  return [...uploads.values()].filter((upload) => upload.every(({ modifiedMs }) => modifiedMs < old)).flat();
}

export function toSegment({ container, name, sizeBytes, etag }: Found): Segment {
  return { container, object: name, sizeBytes, md5: etag };
}

/** Where the parts of one upload lie: `<key>/<seconds>/<size>/<segment size>`, as the swift client and rclone lay them. */
export function uploadFolder(key: string, sizeBytes: number, segmentBytes: number): string {
  // Random below the millisecond: two writers of one key must not share a folder.
  const random = String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
  return `${key}/${(Date.now() / 1000).toFixed(3)}${random}/${sizeBytes}/${segmentBytes}`;
}

/** Whether a name is that of a part of this very key, and not of a key below it. */
function isPartOf(key: string, name: string): boolean {
  return /^\d+\.\d+\/\d+(\/\d+)?\/\d{8}$/.test(name.slice(key.length + 1));
}

/** The number of a part of an earlier upload of the same key, size and segment size; undefined for all others. */
export function partNumber(name: string, key: string, sizeBytes: number, segmentBytes: number): number | undefined {
  const [, size, segment, number] = /^\d+\.\d+\/(\d+)\/(\d+)\/(\d{8})$/.exec(name.slice(key.length + 1)) ?? [];
  return Number(size) === sizeBytes && Number(segment) === segmentBytes ? Number(number) : undefined;
}
