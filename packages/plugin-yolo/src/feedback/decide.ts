import { iou } from '../annotation.ts';
import { cornersOf } from '../detect/detection.ts';
import { imageId } from '../read/image-id.ts';
import { groupIfAny, type GroupOf } from '../split/groups.ts';
import type { SplitLine } from '../split/splits-csv.ts';
import type { FeedbackFile, FeedbackRow } from './read-feedback.ts';

/** Which feedback is trained on. */
export interface RetrainRules {
  /** Without a review, only what is more confident. */
  readonly over: number;
  /** Other limits, by class id. */
  readonly overByClass: ReadonlyMap<number, number>;
  readonly unreviewed: 'confident' | 'none';
  /** Images of these splits are never trained on. */
  readonly neverFrom: readonly string[];
  readonly classCount: number;
  /** Two objects of one class in one image that overlap by at least this are one. */
  readonly sameIou: number;
}

/** Why an object is trained on, or why it is not. */
export type Decision = 'confirmed' | 'corrected' | 'added' | 'confident';
export type LeftOut = 'split' | 'group' | 'superseded' | 'rejected' | 'class' | 'threshold' | 'duplicate';

export interface Decided {
  readonly row: FeedbackRow;
  /** The image of the set that is meant; the row's own name where the set has none. */
  readonly image: string;
  /** '' for an image that the set does not have: a new one. */
  readonly split: string;
  readonly decision?: Decision;
  readonly leftOut?: LeftOut;
}

/** Finds the images of a set by the names that feedback gives them, and by their bytes. */
export class KnownSplits {
  readonly #splitOf: ReadonlyMap<string, string>;
  readonly #imageOf: ReadonlyMap<string, string>;
  /** Images with a `_`, by what stands before the first one. */
  readonly #byStart = new Map<string, SplitLine[]>();
  readonly #neverFrom: readonly string[];
  /** By group, when groups are more than single images. */
  readonly #splitOfGroup: ReadonlyMap<string, string>;
  readonly #groupOf: GroupOf | undefined;

  /** `digests`: the image by the sha256 of its bytes. `neverFrom`: the splits to think of where a name fits several images. `groupOf`: for images that the set does not have. */
  constructor(
    lines: readonly SplitLine[],
    digests: ReadonlyMap<string, string> = new Map(),
    neverFrom: readonly string[] = [],
    groupOf?: GroupOf,
  ) {
    this.#splitOf = new Map(lines.map(({ image, split }) => [image, split]));
    this.#imageOf = digests;
    this.#neverFrom = neverFrom;
    const isGrouped = groupOf !== undefined || lines.some(({ image, group }) => group !== image);
    this.#splitOfGroup = new Map(isGrouped ? lines.map(({ group, split }) => [group, split]) : []);
    this.#groupOf = groupOf;
    for (const line of lines) {
      const start = line.image.replace(/_.*$/s, '');
      if (start === line.image) continue;
      const others = this.#byStart.get(start);
      if (others === undefined) this.#byStart.set(start, [line]);
      else others.push(line);
    }
  }

  /**
   * By bytes first: a test image under another name is a test image. Then the name as it is, without its last `_` and
   * what follows (`<image>_R1`), and up to its first `_`. Last the images that begin so: the plain form cuts names there,
   * and what may be of a test image is taken for one.
   */
  find(name: string, sha256: string | undefined): { readonly image: string; readonly split: string } {
    const byBytes = sha256 === undefined ? undefined : this.#imageOf.get(sha256);
    for (const image of [byBytes, ...namesOf(name)]) {
      const split = image === undefined ? undefined : this.#splitOf.get(image);
      if (image !== undefined && split !== undefined) return { image, split };
    }
    const alike = this.#byStart.get(name) ?? this.#byStart.get(bareName(name)) ?? [];
    const [line] = [...alike.filter(({ split }) => this.#neverFrom.includes(split)), ...alike];
    return { image: alike.length === 1 ? alike[0]!.image : name, split: line?.split ?? '' };
  }

  /**
   * Why an image is not trained on, if so: its split, or, of a new image, the split of its group (its patient). A group
   * that cannot be told may be one of those.
   */
  heldOut(
    { image: name, sha256 }: { readonly image: string; readonly sha256?: string },
    neverFrom: readonly string[],
  ): 'split' | 'group' | undefined {
    const { split } = this.find(name, sha256);
    if (split !== '') return neverFrom.includes(split) ? 'split' : undefined;
    if (this.#splitOfGroup.size === 0) return undefined;
    const groupOf = this.#groupOf;
    const groups = groupOf === undefined ? [] : namesOf(name).flatMap((one) => groupIfAny(groupOf, one) ?? []);
    const known = [...groups, name].find((one) => this.#splitOfGroup.has(one));
    if (known === undefined) return groups.length === 0 ? 'group' : undefined;
    return neverFrom.includes(this.#splitOfGroup.get(known)!) ? 'group' : undefined;
  }
}

/** What an image may be called in the set, the likeliest first: as it is, and as the id of a file of that name. */
function namesOf(name: string): readonly string[] {
  return [name, bareName(name)].flatMap((one) => [one, one.replace(/_[^_]*$/, ''), one.replace(/_.*$/s, '')]);
}

/** The id of the image in a file of a set: `test/images/x.png` is `x`. */
function bareName(name: string): string {
  return imageId(name.replace(/^.*\/images\//s, ''));
}

/** The file of the newest review of each image; of two of one time, that of the later name. */
export function newestReviews(files: readonly FeedbackFile[], known: KnownSplits): Map<string, FeedbackFile> {
  const newest = new Map<string, FeedbackFile>();
  for (const one of files) {
    if (!one.reviewed) continue;
    const { image } = known.find(one.image, one.sha256);
    const other = newest.get(image);
    if (other === undefined || `${one.timestamp} ${one.file}` > `${other.timestamp} ${other.file}`)
      newest.set(image, one);
  }
  return newest;
}

/**
 * Decides on every object, in an order that the order of files cannot change: reviewed before not, newest first, then
 * the most confident. Of doubles the first in this order stays. Once an image was reviewed, its newest review alone counts:
 * what was rejected must not come back with another file.
 */
export function decide(files: readonly FeedbackFile[], known: KnownSplits, rules: RetrainRules): Decided[] {
  const reviews = newestReviews(files, known);
  const found = files.flatMap(({ rows }) => rows.map((row) => ({ row, ...known.find(row.image, row.sha256) })));
  found.sort(
    (one, other) =>
      compare(one.image, other.image) ||
      Number(one.row.said === 'none') - Number(other.row.said === 'none') ||
      compare(other.row.timestamp, one.row.timestamp) ||
      (other.row.confidence ?? 1) - (one.row.confidence ?? 1) ||
      compare(one.row.file, other.row.file) ||
      compare(JSON.stringify(one.row), JSON.stringify(other.row)),
  );
  const kept = new Map<string, FeedbackRow[]>();
  return found.map((one): Decided => {
    const verdict = judge(one.row, reviews.get(one.image)?.file, { known, rules });
    if ('leftOut' in verdict) return { ...one, ...verdict };
    const group = `${one.row.class} ${one.image}`;
    const others = kept.get(group) ?? [];
    const corners = cornersOf(one.row.box);
    if (others.some(({ box }) => iou(cornersOf(box), corners) >= rules.sameIou))
      return { ...one, leftOut: 'duplicate' };
    kept.set(group, [...others, one.row]);
    return { ...one, ...verdict };
  });
}

function judge(
  row: FeedbackRow,
  review: string | undefined,
  { known, rules }: { readonly known: KnownSplits; readonly rules: RetrainRules },
): { readonly decision: Decision } | { readonly leftOut: LeftOut } {
  const heldOut = known.heldOut(row, rules.neverFrom);
  if (heldOut !== undefined) return { leftOut: heldOut };
  if (review !== undefined && review !== row.file) return { leftOut: 'superseded' };
  if (row.said === 'rejected') return { leftOut: 'rejected' };
  if (row.class === null || row.class >= rules.classCount) return { leftOut: 'class' };
  if (row.said !== 'none') return { decision: row.said };
  const over = rules.overByClass.get(row.class) ?? rules.over;
  return rules.unreviewed === 'confident' && (row.confidence ?? 0) > over
    ? { decision: 'confident' }
    : { leftOut: 'threshold' };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
