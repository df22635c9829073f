import type { AnnotatedImage } from '../annotation.ts';

/** How many of the raters of an item said yes. */
export interface Votes {
  readonly yes: number;
  /** Raters who looked at it. */
  readonly of: number;
}

/**
 * Fleiss' kappa of yes-or-no votes (Fleiss, "Measuring nominal scale agreement among many raters", Psychological
 * Bulletin 1971): 1 is perfect agreement, 0 what chance alone gives. NaN when nobody, or everybody, always said yes.
 *
 * Items with fewer than two raters are left out; numbers of raters may differ (each item's agreement is of its own pairs).
 */
export function fleissKappa(items: Iterable<Votes>): number {
  let count = 0;
  let agreement = 0;
  let yes = 0;
  let all = 0;
  for (const { yes: own, of } of items) {
    if (of < 2) continue;
    count++;
    agreement += (own * (own - 1) + (of - own) * (of - own - 1)) / (of * (of - 1));
    yes += own;
    all += of;
  }
  const share = yes / all;
  const byChance = share ** 2 + (1 - share) ** 2;
  return byChance === 1 ? NaN : (agreement / count - byChance) / (1 - byChance);
}

/**
 * Krippendorff's alpha of yes-or-no votes, nominal, with votes that may be missing (Krippendorff, "Computing
 * Krippendorff's alpha-reliability", 2011): one minus observed over expected disagreement.
 */
export function krippendorffAlpha(items: Iterable<Votes>): number {
  let pairable = 0;
  let yes = 0;
  let disagreement = 0;
  for (const { yes: own, of } of items) {
    if (of < 2) continue;
    pairable += of;
    yes += own;
    disagreement += (2 * own * (of - own)) / (of - 1);
  }
  const expected = (2 * yes * (pairable - yes)) / (pairable - 1);
  return expected === 0 ? NaN : 1 - disagreement / expected;
}

/** Votes of each image: who marked the class at least once. */
export function votesFor(images: readonly AnnotatedImage[], classId: number): Votes[] {
  return images.map(({ raters, marks }) => ({
    yes: new Set(marks.flatMap((mark) => (mark.classId === classId ? [mark.rater] : []))).size,
    of: raters.length,
  }));
}

/** Votes of each image: who found nothing. */
export function votesForNothing(images: readonly AnnotatedImage[]): Votes[] {
  return images.map(({ raters, marks }) => ({
    yes: raters.length - new Set(marks.map(({ rater }) => rater)).size,
    of: raters.length,
  }));
}

/**
 * Images on which everything anybody said is one class, of images with several raters: a measure often shown as
 * agreement. It is high when most images have no findings, whatever happens on the others; show it beside kappa only.
 */
export function oneClassShare(images: readonly AnnotatedImage[]): { readonly agreed: number; readonly of: number } {
  const several = images.filter(({ raters }) => raters.length > 1);
  const agreed = several.filter(({ raters, marks }) => {
    const said = new Set(marks.map(({ classId }) => classId));
    if (new Set(marks.map(({ rater }) => rater)).size < raters.length) said.add(-1);
    return said.size === 1;
  });
  return { agreed: agreed.length, of: several.length };
}
