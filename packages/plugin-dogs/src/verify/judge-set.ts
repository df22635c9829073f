import { findLeaks } from '@dataset-runner/kit/leaks';
import type { Finding, SeenImage } from './finding.ts';

/** All findings of a set: what each image showed by itself, then what pairs show. Sorted by image. */
export function judgeSet(images: readonly SeenImage[], distance: number): Finding[] {
  const findings = images.flatMap((image) => [...image.findings]);
  // By content alone, whatever decodes.
  const first = new Map<string, SeenImage>();
  for (const image of images) {
    const other = first.get(image.sha256);
    if (other === undefined) first.set(image.sha256, image);
    else
      findings.push({
        kind: 'duplicate',
        image: image.key,
        message: `has the same bytes as ${other.key}${labelsOf(image, other)}`,
      });
  }
  const hashed = [...first.values()].flatMap(({ key, folder, sha256, phash }) =>
    phash === null ? [] : [{ key, class: folder, split: 'all', sha256, phash }],
  );
  const { near, sameHash } = findLeaks(hashed, { distance });
  const byKey = new Map(images.map((image) => [image.key, image]));
  for (const { items } of [...sameHash.across, ...sameHash.within]) {
    const [one, ...others] = items;
    for (const other of others) findings.push(alike(byKey, one?.key ?? '', other.key, 0));
  }
  for (const pair of [...near.across, ...near.within])
    findings.push(alike(byKey, pair.one.key, pair.other.key, pair.distance));
  return findings.sort((a, b) => (a.image === b.image ? 0 : a.image < b.image ? -1 : 1));
}

function alike(byKey: ReadonlyMap<string, SeenImage>, one: string, other: string, distance: number): Finding {
  const [earlier, later] = [one, other].sort() as [string, string];
  const across = labelsOf(byKey.get(earlier), byKey.get(later));
  return { kind: 'near-duplicate', image: later, message: `looks like ${earlier} (${distance} bits apart)${across}` };
}

function labelsOf(one: SeenImage | undefined, other: SeenImage | undefined): string {
  return one?.folder === other?.folder ? '' : ', in another class';
}
