import { cornersOf } from '../detect/detection.ts';
import type { PackedBoxes, PageData } from './dashboard.ts';
import type { SetImage } from './set-images.ts';

interface Box {
  readonly image: number;
  readonly class: number;
  readonly corners: readonly number[];
}

/** Packs images, looks and boxes for the page: about 20 bytes a box. */
export function packPage(
  images: readonly SetImage[],
  splits: readonly string[],
  raters: readonly string[],
): Omit<PageData, 'samples'> {
  const raterAt = new Map(raters.map((rater, at) => [rater, at]));
  const splitAt = new Map(splits.map((split, at) => [split, at]));
  const looks: [number, number][] = [];
  const labels: Box[] = [];
  const marks: (Box & { readonly rater: number })[] = [];
  for (const [image, { annotated, labels: own }] of images.entries()) {
    const { width, height } = annotated;
    for (const rater of annotated.raters) looks.push([image, raterAt.get(rater)!]);
    for (const { class: id, box } of own) labels.push({ image, class: id, corners: cornersOf(box) });
    for (const { rater, classId, box } of annotated.marks) {
      const corners = [box[0] / width, box[1] / height, box[2] / width, box[3] / height];
      marks.push({ image, class: classId, corners, rater: raterAt.get(rater)! });
    }
  }
  return {
    imageSplit: packed(Uint16Array.from(images, ({ split }) => splitAt.get(split)!)),
    lookImage: packed(Uint32Array.from(looks, ([image]) => image)),
    lookRater: packed(Uint16Array.from(looks, ([, rater]) => rater)),
    labels: packBoxes(labels),
    marks: { ...packBoxes(marks), rater: packed(Uint16Array.from(marks, ({ rater }) => rater)) },
  };
}

function packBoxes(boxes: readonly Box[]): PackedBoxes {
  const corners = boxes.flatMap((box) =>
    box.corners.map((share) => Math.round(Math.min(1, Math.max(0, share)) * 65_535)),
  );
  return {
    image: packed(Uint32Array.from(boxes, ({ image }) => image)),
    class: packed(Uint16Array.from(boxes, (box) => box.class)),
    corners: packed(Uint16Array.from(corners)),
  };
}

// Node runs on little-endian machines only, and the page reads what they write.
function packed(numbers: Uint8Array | Uint16Array | Uint32Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}
