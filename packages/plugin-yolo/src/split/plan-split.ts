import { yoloFailures } from '../failures.ts';
import { exactSizes } from './sizes.ts';
import type { SplitLine } from './splits-csv.ts';
import { type SplitImage, type Unit, unitsOf } from './units.ts';

export interface SplitRules {
  /** Sizes or shares by split, scaled to the number of images. */
  readonly sizes: { readonly [split: string]: number };
  readonly seed: number | string;
  /** Keep the share of every class even. */
  readonly stratify: boolean;
  /** An earlier split: what it placed stays, members of its groups follow. */
  readonly previous?: readonly SplitLine[];
}

export interface SplitPlan {
  /** Sorted by image. */
  readonly lines: readonly SplitLine[];
  /** Images by split, in the order of the rules. */
  readonly counts: { readonly [split: string]: number };
  /** For people: sizes that whole groups could not add up to. */
  readonly warnings: readonly string[];
}

/** The state of one split while it is filled. */
interface Part {
  readonly name: string;
  /** Images it can still take; below 0 when an earlier split or a large group overfilled it. */
  open: number;
  /** By class: images it still wants. */
  readonly wants: Map<number, number>;
  readonly share: number;
}

/**
 * Divides images into splits of exact sizes, groups and equal images never torn apart, classes even.
 *
 * Iterative stratification (Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011) over the classes, rarest first; within a
 * class by rank, so that neither order nor machine matters. Large groups go before small ones: the small ones then fill
 * the splits to the image. Every line is checked before it is returned. Throws `yolo.split-sizes` and `yolo.split-leak`.
 */
export function planSplit(images: readonly SplitImage[], rules: SplitRules): SplitPlan {
  const sizes = exactSizes(rules.sizes, images.length);
  const units = unitsOf(images, rules.seed);
  const totals = new Map<number, number>();
  for (const unit of units) for (const [id, count] of unit.counts) totals.set(id, (totals.get(id) ?? 0) + count);
  const parts = [...sizes].map(([name, size]): Part => {
    const share = images.length === 0 ? 0 : size / images.length;
    return { name, open: size, share, wants: new Map([...totals].map(([id, total]) => [id, total * share])) };
  });
  const placed = new Map<Unit, Part>();
  placeEarlier(units, parts, placed, rules.previous ?? []);
  const rarestFirst = [...totals].sort(([one, a], [other, b]) => a - b || one - other).map(([id]) => id);
  for (const id of rules.stratify ? rarestFirst : []) {
    for (const unit of bySize(units.filter((one) => !placed.has(one) && one.counts.has(id))))
      place(unit, parts, placed, id);
  }
  for (const unit of bySize(units.filter((one) => !placed.has(one)))) place(unit, parts, placed, undefined);
  const lines = [...placed].flatMap(([unit, { name }]) =>
    unit.images.map(({ image, group, classes }) => ({ image, split: name, group, classes })),
  );
  lines.sort((one, other) => (one.image < other.image ? -1 : 1));
  proveNoLeak(lines, images);
  const counts = Object.fromEntries([...sizes].map(([name, size], index) => [name, size - parts[index]!.open]));
  const warnings = [...sizes].flatMap(([name, size]) =>
    counts[name] === size
      ? []
      : [`${name} has ${counts[name]} images where ${size} were asked: groups are not torn apart`],
  );
  return { lines, counts, warnings };
}

/** Checks what matters on the lines themselves; throws `yolo.split-leak`. */
export function proveNoLeak(lines: readonly SplitLine[], images: readonly SplitImage[] = []): void {
  const digests = new Map(images.map(({ image, digest }) => [image, digest]));
  const seen = new Map<string, string>();
  for (const { image, group, split } of lines) {
    const digest = digests.get(image);
    const names = [
      ['the image', image],
      ['the group', group],
      ...(digest === undefined ? [] : [['the content', digest]]),
    ];
    for (const [what, name] of names as [string, string][]) {
      const other = seen.get(`${what} ${name}`);
      if (other !== undefined && other !== split)
        throw yoloFailures['split-leak']({ what, name, splits: [other, split] });
      seen.set(`${what} ${name}`, split);
    }
  }
}

function placeEarlier(
  units: readonly Unit[],
  parts: readonly Part[],
  placed: Map<Unit, Part>,
  previous: readonly SplitLine[],
): void {
  const byImage = new Map(previous.map((line) => [line.image, line.split]));
  const byGroup = new Map(previous.map((line) => [line.group, line.split]));
  if (byImage.size === 0) return;
  for (const unit of units) {
    const places = new Set(unit.images.flatMap(({ image }) => byImage.get(image) ?? []));
    const [one, other] = places;
    if (one !== undefined && other !== undefined) {
      throw yoloFailures['split-leak']({ what: 'the group', name: unit.images[0]!.group, splits: [one, other] });
    }
    // A group whose earlier images are gone still belongs where they were.
    const name = one ?? unit.images.flatMap(({ group }) => byGroup.get(group) ?? [])[0];
    if (name === undefined) continue;
    const part = parts.find((candidate) => candidate.name === name);
    if (part === undefined)
      throw yoloFailures['split-sizes']({ why: `an earlier split is called '${name}', and none is now` });
    put(unit, part, placed);
  }
}

/** Where the class is wanted most, of the splits that have room; where there is most room when none has enough. */
function place(unit: Unit, parts: readonly Part[], placed: Map<Unit, Part>, id: number | undefined): void {
  const need = (part: Part): number =>
    id === undefined ? (part.share === 0 ? 0 : part.open / part.share) : part.wants.get(id)!;
  let best: Part | undefined;
  for (const part of parts) {
    if (part.open < unit.images.length) continue;
    if (best === undefined || need(part) > need(best) || (need(part) === need(best) && part.open > best.open))
      best = part;
  }
  put(unit, best ?? parts.reduce((most, part) => (part.open > most.open ? part : most)), placed);
}

function put(unit: Unit, part: Part, placed: Map<Unit, Part>): void {
  placed.set(unit, part);
  part.open -= unit.images.length;
  for (const [id, count] of unit.counts) part.wants.set(id, part.wants.get(id)! - count);
}

// Stable: units of one size stay in the order of their ranks.
function bySize(units: readonly Unit[]): Unit[] {
  return units.toSorted((one, other) => other.images.length - one.images.length);
}
