import type { DatasetAbout } from '@dataset-runner/core/plugin';
import type { LeftOut } from '../picture.ts';
import { archivesOf, type Source } from '../source.ts';
import type { PlacedSet } from './place-pictures.ts';

/** What `dataset.json` says of a set beside its files. */
export function describeSet(
  { counts, train, test }: Pick<PlacedSet, 'counts' | 'train' | 'test'>,
  list: readonly Source[] = [],
): DatasetAbout {
  const species = Object.keys({ ...counts['train'], ...counts['test'] }).sort();
  return {
    name: 'diatom_set',
    description: `Pictures of ${species.length} diatom species, divided into results/train and results/test`,
    counts: {
      train,
      test,
      ...Object.fromEntries(
        species.map((name) => [name, (counts['train']?.[name] ?? 0) + (counts['test']?.[name] ?? 0)]),
      ),
    },
    ...(list.length === 0
      ? {}
      : {
          sources: archivesOf(list).map(({ url, sha256 }) => ({
            url,
            ...(sha256 === undefined ? {} : { digest: `sha256:${sha256}` }),
          })),
        }),
  };
}

/** What was left out, for people: every file while they are few, then counts by reason. */
export function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  const named = leftOut.filter((row) => row.member !== '');
  const lines = named.slice(0, namedLines).map((row) => `left out: ${row.archive ?? ''} ${row.member} ${row.leftOut}`);
  if (named.length > namedLines) lines.push(`left out: ${named.length - namedLines} more that are no pictures`);
  const system = leftOut.filter((row) => row.member === '').reduce((sum, row) => sum + row.count, 0);
  if (system > 0) lines.push(`left out: ${system} system files and links (Thumbs.db, .DS_Store and their like)`);
  return lines;
}

const namedLines = 20;
