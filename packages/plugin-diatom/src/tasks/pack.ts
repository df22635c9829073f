import { defineTask, fail, fileRef, type FileRef, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { manifestFile, resultsFolder } from '../layout.ts';
import { readManifest } from '../manifest.ts';
import { includeParam } from '../params.ts';
import { listSet } from '../plan/list-set.ts';
import { keepPicture } from '../steps/keep-picture.ts';
import { nameSet } from '../steps/name-set.ts';
import { packSet } from '../steps/pack-set.ts';
import { type ReadOnlyStore, statFile } from '../stored.ts';

/** Step 7 of `build` on any set with this layout. */
export const pack = defineTask({
  summary: 'Pack a set into diatom_set-YYYY-MM-DD-HH-mm-ss.zip, the same bytes for the same set',
  examples: [
    'runner run diatom:pack --set ./set',
    'runner run diatom:pack --set ./set --include downloads,manifest --out ./zips',
  ],
  params: z.object({
    set: storeUrl().describe('The set: results/<split>/<species>/<picture>'),
    out: storeUrl().optional().describe('Where the zip is written; the set itself by default'),
    downloads: storeUrl().default('work:diatom/downloads').describe('Where the archives lie, for --include downloads'),
    ...includeParam,
  }),
  outputs: z.object({ zip: fileRef(), pictures: z.int() }),
  steps: { keepPicture, nameSet, packSet },

  async run({ params, map, once, store }) {
    const set = await store(params.set);
    const out = params.out ?? params.set;
    await refuseOwnInput(store, { output: out, input: `${params.set}/${resultsFolder}` });
    // 1. See what the set holds.
    const pictures = await listSet(set);
    const kept = map(
      keepPicture,
      pictures.map(({ key, file }) => ({ key, path: key, file })),
    );
    const manifest = params.include.includes('manifest') ? await statFile(set, manifestFile) : undefined;
    const archives = params.include.includes('downloads')
      ? await archivesOfSet(set, { downloads: params.downloads, out }, store)
      : [];
    const more = [
      ...archives.map((file) => ({ key: file.key, path: `downloads/${file.key}`, file })),
      ...(manifest === undefined ? [] : [{ key: 'manifest', path: manifestFile, file: manifest }]),
    ];
    // 2. Name it by the moment it last changed, and pack it.
    const { name } = await once(nameSet, { pictures: kept });
    const zip = await once(packSet, { name, pictures: kept, more }, { into: out });
    return { zip, pictures: pictures.length };
  },

  render: ({ zip, pictures }) => `${pictures} pictures in ${zip.store}/${zip.key}`,
});

/** The archives a set was made from, where its manifest names them; else all there are. Those of other sets lie there, too. */
async function archivesOfSet(
  set: ReadOnlyStore,
  { downloads: place, out }: { readonly downloads: string; readonly out: string },
  store: (place: string) => Promise<ReadOnlyStore>,
): Promise<readonly FileRef[]> {
  const downloads = await store(place);
  const found = await listFiles(downloads);
  const named = new Set((await readManifest(set)).flatMap(({ source }) => (source === undefined ? [] : [source])));
  if (named.size === 0) await refuseOwnInput(store, { output: out, input: place });
  for (const name of named)
    if (!found.some(({ key }) => key === name))
      throw fail('store.missing', { url: `${downloads.place.replace(/\/$/, '')}/${name}` });
  return named.size === 0 ? found : found.filter(({ key }) => named.has(key));
}
