import { type Seeded, seeded } from '@dataset-runner/kit/seeded';
import { betweenCorners, cornersOf, type Detection, type ShareBox } from '../detect/detection.ts';
import type { KnownImage } from './truth.ts';

const finds = 0.8;
const namesRight = 0.9;
const invents = 0.3;

/**
 * Stands in for a detector: it finds four of five objects, a little beside where they are, calls one of ten something
 * else, and invents one in three images out of ten. The same image and seed give the same answer.
 */
export function mockDetections({ image, labels }: KnownImage, classCount: number, seed: number): Detection[] {
  const random = seeded(`mock ${seed} ${image}`);
  const found: Detection[] = [];
  for (const { class: id, box } of labels) {
    if (random.unit() >= finds) continue;
    const named = random.unit() < namesRight ? id : random.below(classCount);
    found.push({ class: named, confidence: 0.5 + random.unit() / 2, box: shaken(box, random) });
  }
  if (random.unit() < invents) {
    // As the simulator before this one did for all: anywhere, small.
    const [xc, yc] = [0.1 + random.unit() * 0.8, 0.1 + random.unit() * 0.8];
    const [w, h] = [0.05 + random.unit() * 0.15, 0.05 + random.unit() * 0.15];
    found.push({ class: random.below(classCount), confidence: 0.5 + random.unit() / 2, box: inside([xc, yc, w, h]) });
  }
  return found.sort((one, other) => other.confidence - one.confidence);
}

function shaken([xc, yc, w, h]: ShareBox, random: Seeded): ShareBox {
  const by = (size: number): number => (random.unit() - 0.5) * 0.2 * size;
  return inside([xc + by(w), yc + by(h), w + by(w), h + by(h)]);
}

function inside(box: ShareBox): ShareBox {
  const [x1, y1, x2, y2] = cornersOf(box).map((value) => Math.min(1, Math.max(0, value))) as [
    number,
    number,
    number,
    number,
  ];
  return betweenCorners(x1, y1, x2, y2);
}
