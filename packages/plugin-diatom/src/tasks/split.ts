import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { resultsFolder } from '../layout.ts';
import { readManifest } from '../manifest.ts';
import { divisionParams } from '../params.ts';
import { describeSet, leftOutLines } from '../plan/describe-set.ts';
import { labelByFolder, listBySpecies } from '../plan/list-set.ts';
import { itemsOf, placePictures } from '../plan/place-pictures.ts';
import { lookAtPicture } from '../steps/look-at-picture.ts';
import { notePicture } from '../steps/note-picture.ts';
import { placePicture } from '../steps/place-picture.ts';
import { writeManifest } from '../steps/write-manifest.ts';

/** Steps 3 to 5 of `build` on any folder of pictures by species, wherever it comes from. */
export const split = defineTask({
  summary: 'Divide a folder of pictures by species into results/train and results/test',
  examples: ["runner run diatom:split --pictures ./pictures --out ./set --group-by '^(\\d{6})'"],
  params: z.object({
    pictures: storeUrl().describe('The pictures, a folder for each species'),
    out: storeUrl().describe('Where the set is published'),
    ...divisionParams,
  }),
  outputs: z.object({
    set: z.string().meta({ 'x-runner': 'place' }),
    manifest: fileRef(),
    train: z.int(),
    test: z.int(),
  }),
  steps: { lookAtPicture, placePicture, notePicture, writeManifest },

  async run({ params, map, once, publish, store, log }) {
    const { out } = params;
    for (const part of ['train', 'test'])
      await refuseOwnInput(store, { output: `${out}/${resultsFolder}/${part}`, input: params.pictures });
    // 1. Decode and hash every picture.
    const looked = map(lookAtPicture, await listBySpecies(await store(params.pictures)));
    const { pictures, leftOut } = labelByFolder(await looked.toArray());
    // 2. Divide them.
    const previous = params.sticky ? await readManifest(await store(out)) : [];
    const set = itemsOf(placePictures(pictures, params, previous));
    for (const line of [...set.warnings, ...leftOutLines(leftOut)]) log(line);
    // 3. Put each into results/<split>/<species>/, and remove those that moved.
    await map(placePicture, set.placed, { into: out, exact: true });
    // 4. Write the manifest, and say what the set is.
    const manifest = await once(writeManifest, { notes: map(notePicture, set.notes) }, { into: out });
    await publish(out, describeSet(set));
    return { set: out, manifest, train: set.train, test: set.test };
  },

  render: ({ set, train, test }) => `${train} pictures to train, ${test} to test in ${set}`,
});
