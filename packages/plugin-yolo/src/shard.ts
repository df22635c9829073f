import { sha256 } from '@dataset-runner/core/plugin';
import type { AnnotatedImage, Mark, PixelBox } from './annotation.ts';

/** Shards a set is worked on in. A change in one image does a 128th of the labels again; more shards would cost more when nothing changed. */
const shardCount = 128;

/** The shard an image belongs to, by its id alone: other images never move it. */
export function shardOf(id: string): string {
  return (Number.parseInt(sha256(id).slice(7, 11), 16) % shardCount).toString(16).padStart(2, '0');
}

/** Puts what belongs together into shards, by shard name, each in the order it came. */
export function inShards<T>(all: Iterable<T>, idOf: (one: T) => string): Map<string, T[]> {
  const shards = new Map<string, T[]>();
  for (const one of all) {
    const name = shardOf(idOf(one));
    const shard = shards.get(name);
    if (shard === undefined) shards.set(name, [one]);
    else shard.push(one);
  }
  return new Map([...shards].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** An image of a shard as text; its marks are six numbers each: index of the rater, class, corners. */
type ShardLine = readonly [id: string, width: number, height: number, raters: readonly string[], marks: number[]];

/** The text of a shard. Names would make it four times as long, and all images pass through it. */
export function shardText(images: readonly AnnotatedImage[]): string {
  return JSON.stringify(
    images.map(({ id, width, height, raters, marks }): ShardLine => {
      const numbers: number[] = [];
      for (const { rater, classId, box } of marks) numbers.push(raters.indexOf(rater), classId, ...box);
      return [id, width, height, raters, numbers];
    }),
  );
}

export function readShard(bytes: Uint8Array): AnnotatedImage[] {
  const lines = JSON.parse(Buffer.from(bytes).toString('utf8')) as ShardLine[];
  return lines.map(([id, width, height, raters, numbers]) => {
    const marks: Mark[] = [];
    for (let at = 0; at < numbers.length; at += 6) {
      const [rater, classId, ...box] = numbers.slice(at, at + 6) as [number, number, ...PixelBox];
      marks.push({ rater: raters[rater]!, classId, box });
    }
    return { id, width, height, raters, marks };
  });
}
