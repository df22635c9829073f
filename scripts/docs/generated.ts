import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureDocs } from '../../packages/core/src/report/failure-docs.ts';
import { root } from '../checkout.mjs';
import { type BlockMakers, fillBlocks } from './blocks.ts';
import { example } from './example.ts';
import { commandPages, configKeys, roomPicture, storeTable, taskTable } from './tables.ts';
import { capabilityTable, contractTable, optionTable } from './store-tables.ts';
import { Tour } from './tour.ts';

/** A document as it should be. */
export interface GeneratedDoc {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
}

/** The documents people read, relative to the root. */
export function documents(): string[] {
  const patterns = ['*.md', 'docs/**/*.md', 'packages/*/*.md', 'examples/**/*.md'];
  return globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] }).sort();
}

/** Every document that has generated parts, with those parts made from what they describe: code, examples, real runs. */
export async function generatedDocs(): Promise<GeneratedDoc[]> {
  await using tour = await Tour.start();
  const makers: BlockMakers = {
    tasks: () => taskTable(),
    rooms: () => roomPicture(),
    commands: () => commandPages(),
    'config-keys': () => configKeys(),
    stores: () => storeTable(),
    'store-abilities': () => capabilityTable(),
    'store-options': () => optionTable(),
    'store-contracts': () => contractTable(),
    example: (name) => example(name),
    tour: (name) => tour.scene(name),
  };
  const docs: GeneratedDoc[] = [{ path: 'docs/failures.md', text: failureDocs() }];
  for (const path of documents()) {
    const before = readFileSync(join(root, path), 'utf8');
    if (/^<!-- [a-z]/m.test(before) && path !== 'docs/failures.md')
      docs.push({ path, text: await fillBlocks(path, before, makers) });
  }
  return docs;
}

// A run never takes the same time twice, and nobody reads these figures for their value.
const passing: readonly (readonly [RegExp, string])[] = [
  [/\b\d+(\.\d+)? (ms|s)\b/g, '# ms'],
  [/\b\d{13}(\.\d+)?\b/g, '#'],
  [/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:[\d.]+Z)?/g, '# date'],
  [/ {2,}/g, '  '],
];

/** True when two texts differ in nothing but times. */
export function sameText(a: string, b: string): boolean {
  const steady = (text: string): string =>
    passing.reduce((steadier, [pattern, word]) => steadier.replaceAll(pattern, word), text);
  return steady(a) === steady(b);
}
