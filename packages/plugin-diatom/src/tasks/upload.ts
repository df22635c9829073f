import { defineTask, fileRef, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import { diatomFailures } from '../failures.ts';
import { removeZip } from '../steps/remove-zip.ts';
import { uploadZip } from '../steps/upload-zip.ts';

/** Step 8 of `build` for a zip that is there already; the local one goes only when the other was read back whole. */
export const upload = defineTask({
  summary: 'Upload the newest zip of a set to any store, and with --move remove it here once it is verified there',
  examples: [
    'runner run diatom:upload --set ./set --to cloud:sets',
    'runner run diatom:upload --set ./set --to cloud:sets --move',
  ],
  params: z.object({
    set: storeUrl().describe('Where the zip lies'),
    to: storeUrl().describe('Where it is uploaded'),
    move: z.boolean().default(false).describe('Remove the zip here after reading the uploaded one back'),
  }),
  outputs: z.object({ zip: fileRef(), removed: z.boolean() }),
  steps: { uploadZip, removeZip },

  async run({ params, map, once, store }) {
    // 1. Find the newest zip; its name is its date.
    const zips = (await listFiles(await store(params.set), { prefix: 'diatom_set-' })).filter(({ key }) =>
      key.endsWith('.zip'),
    );
    const local = zips.at(-1);
    if (local === undefined) throw diatomFailures['zip-missing']({ place: params.set, name: 'diatom_set-*.zip' });
    // 2. Upload it; its size and digest are verified there.
    const [uploaded] = await map(uploadZip, [{ key: local.key, file: local }], { into: params.to }).toArray();
    // 3. Remove it here, only now.
    const gone = params.move ? await once(removeZip, { local, uploaded: uploaded! }) : { removed: false };
    return { zip: uploaded!, removed: gone.removed };
  },

  render: ({ zip, removed }) => `${zip.store}/${zip.key}${removed ? '; the local zip is removed' : ''}`,
});
