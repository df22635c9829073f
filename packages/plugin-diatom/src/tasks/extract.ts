import { defineTask, storeUrl, z } from '@dataset-runner/core/plugin';
import { fileListParam } from '../params.ts';
import { choosePictures } from '../plan/choose-pictures.ts';
import { leftOutLines } from '../plan/describe-set.ts';
import { findArchives } from '../plan/find-archives.ts';
import { namePictures } from '../plan/name-pictures.ts';
import { downloadArchive } from '../steps/download-archive.ts';
import { placePicture } from '../steps/place-picture.ts';
import { unpackArchive } from '../steps/unpack-archive.ts';

/** Steps 1 and 2 of `build`, ended by a folder for each species; for those who divide their pictures themselves. */
export const extract = defineTask({
  summary: 'Take the pictures out of the archives of a file list, one folder for each species',
  examples: ['runner run diatom:extract --file-list ./species.json --out ./pictures'],
  params: z.object({ ...fileListParam, out: storeUrl().describe('Where the folders of species are made') }),
  outputs: z.object({
    pictures: z.string().meta({ 'x-runner': 'place' }),
    count: z.int(),
    leftOut: z.int(),
  }),
  steps: { downloadArchive, unpackArchive, placePicture },

  async run({ params, map, store, log }) {
    const { fileList, out } = params;
    // 1. Download the archives.
    const archives = map(downloadArchive, await findArchives(store, fileList), { into: 'work:diatom/downloads' });
    // 2. Take the pictures out of them, decode and hash each.
    const unpacked = map(unpackArchive, archives, { into: 'work:diatom/pictures' });
    // 3. Give each picture its species; what is no picture is left out by name.
    const { pictures, leftOut } = choosePictures(await unpacked.toArray(), fileList);
    for (const line of leftOutLines(leftOut)) log(line);
    // 4. Put each into its species' folder, under a name of its own.
    const names = namePictures(pictures);
    const named = pictures.map(({ key, species, file }) => ({ key, path: `${species}/${names.get(key)}`, file }));
    await map(placePicture, named, { into: out, exact: true });
    return { pictures: out, count: pictures.length, leftOut: leftOut.reduce((sum, row) => sum + row.count, 0) };
  },

  render: ({ pictures, count, leftOut }) =>
    `${count} pictures in ${pictures}${leftOut === 0 ? '' : `; ${leftOut} files left out`}`,
});
