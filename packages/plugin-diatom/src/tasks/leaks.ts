import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { resultsFolder } from '../layout.ts';
import { leakParams } from '../params.ts';
import { listSet, notesOfSet } from '../plan/list-set.ts';
import { drawSheet } from '../steps/draw-sheet.ts';
import { findLeaks, refuseLeaks } from '../steps/find-leaks.ts';
import { isLeftOut } from '../picture.ts';
import { keepPicture } from '../steps/keep-picture.ts';
import { lookAtPicture } from '../steps/look-at-picture.ts';
import { notePicture } from '../steps/note-picture.ts';

/** An audit of any set with this layout, made by us or not: its pictures are read, never its manifest's claims about them. */
export const leaks = defineTask({
  summary: 'Search any set for pictures that stand in both splits, and draw its contact sheet',
  examples: [
    'runner run diatom:leaks --set ./set',
    'runner run diatom:leaks --set ./set --leak-distance 10 --on-leak error',
  ],
  params: z.object({
    set: storeUrl().describe('The set: results/<split>/<species>/<picture>'),
    out: storeUrl().optional().describe('Where reports/ is written; the set itself by default'),
    ...leakParams,
  }),
  outputs: z.object({ across: z.int(), same: z.int(), json: fileRef(), html: fileRef() }),
  steps: { lookAtPicture, notePicture, keepPicture, findLeaks, drawSheet },

  async run({ params, map, once, store }) {
    const set = await store(params.set);
    const out = params.out ?? params.set;
    await refuseOwnInput(store, { output: out, input: `${params.set}/${resultsFolder}` });
    // 1. Decode and hash every picture of the set.
    const listed = await listSet(set);
    const looked = await map(lookAtPicture, listed).toArray();
    // 2. Compare them all, across the splits and within.
    const notes = map(notePicture, await notesOfSet(set, looked));
    const placed = looked.flatMap((row) =>
      isLeftOut(row) ? [] : [{ key: row.key, path: row.member, file: row.file }],
    );
    const pictures = map(keepPicture, placed);
    const warnings = looked.flatMap((row) => (isLeftOut(row) ? [`${row.member} ${row.leftOut}`] : []));
    const search = { notes, pictures, distance: params.leakDistance, warnings };
    const found = await once(findLeaks, search, { into: out });
    // 3. Draw the contact sheet.
    await once(drawSheet, { notes, pictures }, { into: out });
    if (params.onLeak === 'error') refuseLeaks(found);
    return { across: found.across, same: found.same, json: found.json, html: found.html };
  },

  render: ({ across, same, html }) =>
    `${across} pairs alike across the splits, ${same} of them the same picture: ${html.store}/${html.key}`,
});
