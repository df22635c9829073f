import type { AnnotatedImage, Mark } from '../annotation.ts';
import { fuseBoxes } from './fuse.ts';
import { asShares, type Label } from './label-line.ts';

/** How the marks of several raters become labels. */
export interface LabelRules {
  /** `fuse`: one file, overlapping boxes made one. `union`: one file, every box. `first`: one file, the first rater's. `separate`: a file for each rater. */
  readonly raters: 'fuse' | 'separate' | 'union' | 'first';
  /** Boxes that overlap by more are fused. */
  readonly fuseIou: number;
  /** Fused boxes that fewer raters drew are left out. */
  readonly minRaters: number;
  /** What an image without objects gets: an empty file, a one-pixel object of a class, or no file at all. */
  readonly noFinding: 'background' | 'class' | 'drop';
  /** The class of that object. */
  readonly noFindingId: number;
}

/** A label and the marks it came from. */
export interface TracedLabel extends Label {
  readonly from: readonly Mark[];
}

/** One label file. */
export interface LabelFile {
  /** Of the label and its image: `<image>`, or `<image>_<rater>`. */
  readonly stem: string;
  readonly raters: readonly string[];
  readonly labels: readonly TracedLabel[];
}

/** The object that stood for "No finding" in the system before: one pixel in the corner of 1024 x 1024. */
const cornerPixel = [0.5 / 1024, 0.5 / 1024, 1 / 1024, 1 / 1024] as const;

/** The label files of one image; none when it has no objects and those are dropped. */
export function labelImage(image: AnnotatedImage, rules: LabelRules): LabelFile[] {
  return sides(image, rules).flatMap(({ stem, raters, labels }) => {
    if (labels.length > 0 || rules.noFinding === 'background') return [{ stem, raters, labels }];
    if (rules.noFinding === 'drop') return [];
    return [{ stem, raters, labels: [{ classId: rules.noFindingId, box: cornerPixel, from: [] }] }];
  });
}

function sides(image: AnnotatedImage, rules: LabelRules): LabelFile[] {
  const { id, raters, marks } = image;
  const of = (rater: string | undefined): Mark[] => marks.filter((mark) => mark.rater === rater);
  switch (rules.raters) {
    case 'separate':
      return raters.map((rater) => ({ stem: `${id}_${rater}`, raters: [rater], labels: traced(image, of(rater)) }));
    case 'first':
      return [{ stem: id, raters: raters.slice(0, 1), labels: traced(image, of(raters[0])) }];
    case 'union':
      return [{ stem: id, raters, labels: traced(image, marks) }];
    case 'fuse':
      return [{ stem: id, raters, labels: fused(image, rules) }];
  }
}

function fused(image: AnnotatedImage, { fuseIou, minRaters }: LabelRules): TracedLabel[] {
  return fuseBoxes(image.marks, fuseIou)
    .filter(({ raters }) => raters >= minRaters)
    .map(({ classId, box, from }) => ({ classId, box: asShares(box, image), from }));
}

// Equal boxes of one class are one object; who drew them all stands behind it.
function traced(image: AnnotatedImage, marks: readonly Mark[]): TracedLabel[] {
  const groups = new Map<string, Mark[]>();
  for (const mark of marks) {
    const name = `${mark.classId} ${mark.box.join(' ')}`;
    const same = groups.get(name);
    if (same === undefined) groups.set(name, [mark]);
    else same.push(mark);
  }
  return [...groups.values()].map((from) => ({ classId: from[0]!.classId, box: asShares(from[0]!.box, image), from }));
}
