import { splitFailures } from '@dataset-runner/kit/split-failures';
import type { Labelled } from '../picture.ts';

/** Groups by picture key, and what their owner should know of them. */
export interface Groups {
  readonly of: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * Finds what must stay in one split: pictures of one specimen, and pictures with equal bytes.
 *
 * The pattern's first capture (or whole match) in the file name is the specimen; a pattern with a slash sees the path
 * below the species' folder. Specimens of two species are two specimens. Where equal bytes tie groups together, they
 * become one, named by its first picture's group.
 */
export function groupPictures(pictures: readonly Labelled[], pattern: string | undefined): Groups {
  const specimenOf = specimenFinder(pattern);
  const parents = new Map<string, string>();
  const find = (group: string): string => {
    let root = group;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    // Flattened on the way, or a long chain of copies would be walked again for every member.
    for (let at = group; at !== root; ) {
      const next = parents.get(at) as string;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const own = new Map<string, string>();
  const byBytes = new Map<string, Labelled>();
  const twoClasses: string[] = [];
  let ungrouped = 0;
  for (const picture of [...pictures].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const specimen = specimenOf(picture.inner);
    if (specimen === undefined) ungrouped++;
    const group = specimen === undefined ? picture.key : `${picture.species}/${specimen}`;
    own.set(picture.key, group);
    const twin = byBytes.get(picture.sha256);
    if (twin === undefined) byBytes.set(picture.sha256, picture);
    else {
      const [first, second] = [find(own.get(twin.key) as string), find(group)];
      if (first !== second) parents.set(second, first);
      if (twin.species !== picture.species) twoClasses.push(`'${twin.key}' and '${picture.key}'`);
    }
  }
  const warnings: string[] = [];
  if (pattern !== undefined && ungrouped > 0) {
    warnings.push(`${ungrouped} of ${pictures.length} names match no specimen; each of these pictures stands alone`);
  }
  if (twoClasses.length > 0) {
    const more = twoClasses.length > 3 ? ` and ${twoClasses.length - 3} more` : '';
    warnings.push(`the same picture under two species: ${twoClasses.slice(0, 3).join('; ')}${more}`);
  }
  return { of: new Map([...own].map(([key, group]) => [key, find(group)])), warnings };
}

function specimenFinder(pattern: string | undefined): (inner: string) => string | undefined {
  if (pattern === undefined) return () => undefined;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    throw splitFailures['pattern-invalid']({ pattern, why: (error as Error).message });
  }
  const whole = pattern.includes('/');
  return (inner) => {
    const found = expression.exec(whole ? inner : inner.slice(inner.lastIndexOf('/') + 1));
    // A match of nothing, as that of `^(\d*)` in `a.png`, tells no specimen.
    return (found?.[1] ?? found?.[0]) || undefined;
  };
}
