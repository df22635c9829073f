import { sample, seeded, shuffle } from '@dataset-runner/kit/seeded';
import type { SetImage } from './set-images.ts';

/**
 * Draws images to look at: one after another of each class, the rarest first, and one in six without objects; the same
 * ones for the same seed.
 */
export function chooseSamples(images: readonly SetImage[], count: number, seed: number): SetImage[] {
  const random = seeded(`samples ${seed}`);
  const backgrounds = images.filter(({ labels }) => labels.length === 0);
  const shown = images.filter(({ labels }) => labels.length > 0);
  const byClass = new Map<number, SetImage[]>();
  for (const image of shuffle(shown, random)) {
    for (const id of new Set(image.labels.map((label) => label.class)))
      byClass.set(id, [...(byClass.get(id) ?? []), image].slice(0, count));
  }
  const queues = [...byClass.values()].sort((one, other) => one.length - other.length);
  const chosen = new Set(sample(backgrounds, Math.floor(count / 6), random));
  for (let turn = 0; chosen.size < Math.min(count, images.length) && turn < count; turn++) {
    for (const queue of queues) if (queue[turn] !== undefined && chosen.size < count) chosen.add(queue[turn]!);
  }
  return [...chosen].sort((one, other) => (one.image < other.image ? -1 : 1));
}
