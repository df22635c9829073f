import { areaPrecision, sampledPrecision } from './average-precision.ts';
import { type Corners, matchAsCoco, matchAsVoc, type ScoredImage } from './match-boxes.ts';

/** Truths and detections of one image, of all classes. */
export interface ImageToScore {
  readonly truths: readonly { readonly class: number; readonly corners: Corners }[];
  readonly detections: readonly { readonly class: number; readonly confidence: number; readonly corners: Corners }[];
}

export interface ClassScores {
  readonly class: number;
  readonly truths: number;
  readonly detections: number;
  /** VOC 2010, an overlap of more than 0.4. */
  readonly ap40: number;
  /** COCO, an overlap of at least 0.5. */
  readonly ap50: number;
  /** COCO, mean over 0.5, 0.55 ... 0.95. */
  readonly ap5095: number;
  /** Of detections more confident than the one asked for, at an overlap of 0.5. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface SetScores {
  readonly images: number;
  readonly mAP40: number;
  readonly mAP50: number;
  readonly mAP5095: number;
  readonly classes: readonly ClassScores[];
}

// numpy's linspace(0.5, 0.95, 10), which pycocotools calls.
const overlaps = Array.from({ length: 10 }, (_, at) => 0.5 + at * ((0.95 - 0.5) / 9)).with(9, 0.95);

/** Scores detections by class; means are over classes that have truths. */
export function scoreSet(images: readonly ImageToScore[], classCount: number, over: number): SetScores {
  const classes = Array.from({ length: classCount }, (_, id) => scoreClass(images, id, over));
  const mean = (value: (one: ClassScores) => number): number => {
    const known = classes.filter(({ truths }) => truths > 0).map(value);
    return known.reduce((sum, one) => sum + one, 0) / known.length;
  };
  return {
    images: images.length,
    mAP40: mean(({ ap40 }) => ap40),
    mAP50: mean(({ ap50 }) => ap50),
    mAP5095: mean(({ ap5095 }) => ap5095),
    classes,
  };
}

function scoreClass(all: readonly ImageToScore[], id: number, over: number): ClassScores {
  const images = all.map(
    ({ truths, detections }): ScoredImage => ({
      truths: truths.flatMap((one) => (one.class === id ? [one.corners] : [])),
      detections: detections.filter((one) => one.class === id),
    }),
  );
  const truths = images.reduce((sum, image) => sum + image.truths.length, 0);
  const detections = images.reduce((sum, image) => sum + image.detections.length, 0);
  const atOverlaps = overlaps.map((from) => images.flatMap((image) => matchAsCoco(image, from)));
  const sampled = atOverlaps.map((judged) => sampledPrecision(judged, truths));
  const voc = images.flatMap((image) => matchAsVoc(image, 0.4));
  const confident = atOverlaps[0]!.filter(({ confidence }) => confidence > over);
  const hits = confident.filter(({ hit }) => hit).length;
  return {
    class: id,
    truths,
    detections,
    ap40: areaPrecision(voc, truths),
    ap50: sampled[0]!,
    ap5095: sampled.reduce((sum, one) => sum + one, 0) / sampled.length,
    precision: hits / confident.length,
    recall: hits / truths,
    f1: (2 * hits) / (confident.length + truths),
  };
}
