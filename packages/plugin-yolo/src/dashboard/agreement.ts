import { boxAgreement } from '../agreement/box-agreement.ts';
import { unitAlpha, unitsOf } from '../agreement/box-alpha.ts';
import { fleissKappa, krippendorffAlpha, oneClassShare, votesFor } from '../agreement/image-agreement.ts';
import type { AnnotatedImage } from '../annotation.ts';

/** A measure to six decimals; null where it is not defined. */
type Measure = number | null;

export interface AgreementPanel {
  /** Images that several raters looked at. */
  readonly images: number;
  /** Those on which anybody found anything. */
  readonly abnormal: number;
  /** Images on which all said one class, of all, and of abnormal ones: shown beside kappa, for it misleads. */
  readonly oneClass: readonly [Measure, Measure];
  readonly classes: readonly {
    readonly class: number;
    readonly kappa: Measure;
    readonly kappaAbnormal: Measure;
    readonly alpha: Measure;
    readonly f1: Measure;
    readonly meanIou: Measure;
  }[];
  /** Of all boxes: F1 at an overlap of 0.5 is what a detector can be expected to reach. */
  readonly f1: Measure;
  readonly meanIou: Measure;
  /** Krippendorff's alpha over boxes, by the overlap that makes two boxes one object. */
  readonly boxAlpha: readonly { readonly from: number; readonly alpha: Measure }[];
  /** Alpha with each rater less alpha without, at an overlap of 0.5; the most harmonious first. */
  readonly raters: readonly {
    readonly rater: string;
    readonly images: number;
    readonly boxes: number;
    readonly vitality: Measure;
  }[];
}

const overlaps = [0.3, 0.4, 0.5, 0.6, 0.75];

/** Measures how raters agree, on images, on boxes, and on both; undefined where no image has two raters. */
export function agreementOf(all: readonly AnnotatedImage[], classCount: number): AgreementPanel | undefined {
  const images = all.filter(({ raters }) => raters.length > 1);
  if (images.length === 0) return undefined;
  const abnormal = images.filter(({ marks }) => marks.length > 0);
  const share = (of: readonly AnnotatedImage[]): Measure => {
    const { agreed, of: count } = oneClassShare(of);
    return rounded(agreed / count);
  };
  const whole = boxAgreement(abnormal, undefined);
  const units = unitsOf(abnormal, 0.5);
  const alpha = unitAlpha(units);
  return {
    images: images.length,
    abnormal: abnormal.length,
    oneClass: [share(images), share(abnormal)],
    classes: Array.from({ length: classCount }, (_, id) => {
      const votes = votesFor(images, id);
      const shown = abnormal.filter(({ marks }) => marks.some(({ classId }) => classId === id));
      const boxes = boxAgreement(shown, id);
      return {
        class: id,
        kappa: rounded(fleissKappa(votes)),
        kappaAbnormal: rounded(fleissKappa(votesFor(abnormal, id))),
        alpha: rounded(krippendorffAlpha(votes)),
        f1: rounded(boxes.f1),
        meanIou: rounded(boxes.meanIou),
      };
    }),
    f1: rounded(whole.f1),
    meanIou: rounded(whole.meanIou),
    boxAlpha: overlaps.map((from) => ({
      from,
      alpha: rounded(from === 0.5 ? alpha : unitAlpha(unitsOf(abnormal, from))),
    })),
    raters: ratersOf(images, (rater) => rounded(alpha - unitAlpha(units, rater))),
  };
}

function ratersOf(images: readonly AnnotatedImage[], vitality: (rater: string) => Measure): AgreementPanel['raters'] {
  const raters = new Map<string, { images: number; boxes: number }>();
  for (const { raters: own, marks } of images) {
    for (const rater of own) {
      const known = raters.get(rater) ?? { images: 0, boxes: 0 };
      known.images++;
      known.boxes += marks.filter((mark) => mark.rater === rater).length;
      raters.set(rater, known);
    }
  }
  const rows = [...raters].map(([rater, counts]) => ({
    rater,
    ...counts,
    vitality: counts.boxes === 0 ? null : vitality(rater),
  }));
  return rows.sort((one, other) => (other.vitality ?? -9) - (one.vitality ?? -9) || (one.rater < other.rater ? -1 : 1));
}

function rounded(value: number): Measure {
  return Number.isFinite(value) ? Number(value.toFixed(6)) : null;
}
