import { sha256 } from '@dataset-runner/core/plugin';
import type { AnnotatedImage } from './annotation.ts';

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

export function shardText(images: readonly AnnotatedImage[]): string {
  return JSON.stringify(images);
}

export function readShard(bytes: Uint8Array): AnnotatedImage[] {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as AnnotatedImage[];
}
