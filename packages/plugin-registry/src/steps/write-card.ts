import { defineStep, type ResultsReader } from '@dataset-runner/core/plugin';
import { type CardFacts, dataCard } from '../images/data-card.ts';
import type { SeenImage } from './look-at-image.ts';

/** Writes the data card of a dataset from what was seen of its images. */
export const writeCard = defineStep({
  name: 'write-card',
  async work({ facts, images, key }: CardToWrite, { output }) {
    const seen: SeenImage[] = [];
    for await (const { result } of images) seen.push(result);
    return { images: seen.length, card: await output.write(key, dataCard(facts, seen)) };
  },
});

interface CardToWrite {
  readonly key: string;
  readonly facts: CardFacts;
  readonly images: ResultsReader<SeenImage>;
}
