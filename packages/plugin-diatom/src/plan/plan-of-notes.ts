import type { SplitPlan } from '@dataset-runner/kit/split';
import type { PictureNote } from '../steps/note-picture.ts';

const parts = ['train', 'test'];

/** A split as kit's reports want it, made of the notes of a set that is placed already. */
export function planOf(notes: readonly PictureNote[], warnings: readonly string[] = []): SplitPlan {
  const classes = [...new Set(notes.map(({ species }) => species))].sort();
  const counts: Record<string, Record<string, number>> = {};
  for (const part of parts) counts[part] = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const { split, species } of notes) {
    const ofPart = counts[split];
    if (ofPart !== undefined) ofPart[species] = (ofPart[species] ?? 0) + 1;
  }
  const total = (part: string): number => Object.values(counts[part] ?? {}).reduce((sum, count) => sum + count, 0);
  return {
    parts,
    classes,
    assignments: notes.map(({ key, sha256, species, group, split }) => ({ key, sha256, class: species, group, split })),
    counts,
    totals: Object.fromEntries(parts.map((part) => [part, total(part)])),
    deviations: [],
    warnings: warnings.map((message) => ({ code: 'not-exact', message })),
  };
}
