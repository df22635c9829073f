import { dogsFailures } from '../failures.ts';

/** Hosts that have moved, `old=new`, whether a table names them or not. */
export const movedHosts: readonly string[] = ['live-cdn.shelterluv.com=www.shelterluv.com'];

/** One line of the table of photos. */
export interface PhotoLine {
  readonly 'AnimalInternal-ID': string;
  readonly PhotoUrl: string;
}

/** A photo to fetch. */
export interface Photo {
  /** `<internal id>_<n>`. */
  readonly key: string;
  readonly internalId: string;
  readonly url: string;
  /** As its table has it, before its host was replaced. */
  readonly listedUrl: string;
}

/**
 * Gives every photo a name of its own: the dog's id, and the place of its address among the dog's addresses in order.
 *
 * The same address twice for one dog is one photo. `hosts` are replacements, `old=new`; throws `dogs.host-unknown` when
 * no photo is at the old one, but for those that have moved for everybody.
 */
export function planPhotos(lines: readonly PhotoLine[], hosts: readonly string[]): Photo[] {
  const replaced = new Map(hosts.map((pair) => pair.split('=').map(hostOf) as [string, string]));
  const listed = new Set(lines.map(({ PhotoUrl: url }) => new URL(url).host));
  // A host that is mistyped would leave all its photos where they no longer are.
  const unknown = hosts.find((pair) => !movedHosts.includes(pair) && !listed.has(hostOf(pair.split('=')[0]!)!));
  if (unknown !== undefined) throw dogsFailures['host-unknown']({ pair: unknown, hosts: [...listed].sort() });
  const byDog = new Map<string, Set<string>>();
  for (const { 'AnimalInternal-ID': id, PhotoUrl: url } of lines) {
    const urls = byDog.get(id);
    if (urls === undefined) byDog.set(id, new Set([url]));
    else urls.add(url);
  }
  return [...byDog].flatMap(([internalId, urls]) =>
    [...urls].sort().map((listedUrl, index) => {
      const url = new URL(listedUrl);
      const moved = replaced.get(url.host);
      if (moved !== undefined) {
        // A new host without a port would keep the old one's.
        url.port = '';
        url.host = moved;
      }
      return { key: `${internalId}_${index + 1}`, internalId, url: url.href, listedUrl };
    }),
  );
}

/** A host as addresses have it, `name` or `name:port`; undefined for what is none. */
function hostOf(text: string): string | undefined {
  if (!URL.canParse(`https://${text}`)) return undefined;
  const { host, href } = new URL(`https://${text}`);
  // A path, a query or a user would be dropped without a word.
  return href === `https://${host}/` && !/[/?#@\s\\]/.test(text) ? host : undefined;
}

/** True for `old=new` of two hosts. */
export function isHostPair(text: string): boolean {
  const halves = text.split('=');
  return halves.length === 2 && halves.every((half) => hostOf(half) !== undefined);
}
