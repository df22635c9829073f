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
 * The same address twice for one dog is one photo. `hosts` are replacements, `old=new`.
 */
export function planPhotos(lines: readonly PhotoLine[], hosts: readonly string[]): Photo[] {
  const replaced = new Map(hosts.map((pair) => pair.split('=') as [string, string]));
  const byDog = new Map<string, Set<string>>();
  for (const { 'AnimalInternal-ID': id, PhotoUrl: url } of lines) {
    const urls = byDog.get(id);
    if (urls === undefined) byDog.set(id, new Set([url]));
    else urls.add(url);
  }
  return [...byDog].flatMap(([internalId, urls]) =>
    [...urls].sort().map((listedUrl, index) => {
      const url = new URL(listedUrl);
      url.host = replaced.get(url.host) ?? url.host;
      return { key: `${internalId}_${index + 1}`, internalId, url: url.href, listedUrl };
    }),
  );
}
