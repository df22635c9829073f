import { defineTask, type FileRef, listFiles, refOf, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { yoloFailures } from '../failures.ts';
import { downloadKaggle, downloadSource } from '../steps/download-source.ts';
import { placeFiles } from '../steps/place-files.ts';
import { unpackSource } from '../steps/unpack-source.ts';
import { placeName } from './convert-inputs.ts';

/** From wherever a set lies to a folder of its files. */
export const fetch = defineTask({
  summary: 'Fetch a set from Kaggle, an address, an archive, a folder or a store, and unpack it',
  examples: [
    'runner run yolo:fetch --from kaggle:xhlulu/vinbigdata-chest-xray-resized-png-1024x1024 --out ./data',
    'runner run yolo:fetch --from https://example.org/set.zip --out ./data --sha256 <64 digits>',
    'runner run yolo:fetch --from cloud:sets/set.zip --out ./data',
  ],
  params: z.object({
    from: z.string().min(1).describe('kaggle:<owner>/<name>, an http(s) address, an archive, a folder or a store'),
    out: storeUrl().describe('Where the files go').meta({ short: 'o' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .optional()
      .describe('Of the archive on the web; another one is refused'),
    kaggleApi: z.url().default('https://www.kaggle.com').describe('Where the Kaggle API is'),
    place: z
      .enum(['link', 'copy'])
      .default('copy')
      .describe('Files of a folder as copies, or as hard links where possible'),
  }),
  outputs: z.object({ out: z.string().meta({ 'x-runner': 'place' }), files: z.int() }),
  steps: { downloadKaggle, downloadSource, unpackSource, placeFiles },

  async run({ params, map, once, store }) {
    const { from, out, place } = params;
    const sha256 = params.sha256 === undefined ? {} : { sha256: params.sha256.toLowerCase() };
    const downloads = { into: `work:yolo/downloads/${placeName(from)}` };
    // 1. Bring the archive, if it lies on the web.
    const kaggle = /^kaggle:([\w.-]+\/[\w.-]+)$/.exec(from)?.[1];
    let archive: FileRef | undefined;
    if (kaggle !== undefined) {
      const url = `${params.kaggleApi.replace(/\/$/, '')}/api/v1/datasets/download/${kaggle}`;
      archive = await once(downloadKaggle, { key: `${kaggle.replace('/', '_')}.zip`, url, ...sha256 }, downloads);
    } else if (/^https?:/i.test(from)) {
      archive = await once(downloadSource, { key: 'archive', url: from, ...sha256 }, downloads);
    } else if (/^kaggle:/i.test(from)) {
      throw yoloFailures['source-unreadable']({ from, why: 'is no dataset of Kaggle' });
    } else archive = await archiveIn(from, store);
    // 2. Unpack it, or take the files as they lie there.
    if (archive !== undefined) {
      const files = map(unpackSource, [archive], { into: out, exact: true, key: ({ key }) => key });
      return { out, files: await files.count() };
    }
    await refuseOwnInput(store, { output: out, input: from });
    const files = (await listFiles(await store(from))).map((file) => ({
      key: file.key,
      files: [{ file, to: [file.key] }],
      how: place,
    }));
    if (files.length === 0) throw yoloFailures['source-unreadable']({ from, why: 'has no files' });
    return { out, files: await map(placeFiles, files, { into: out, exact: true }).count() };
  },

  render: ({ out, files }) => `${files} files in ${out}`,
});

interface Statable {
  readonly place: string;
  stat(key: string): Promise<Parameters<typeof refOf>[1] | undefined>;
}

/** The archive that an address names, or undefined when it is no archive's name. */
async function archiveIn(from: string, store: (place: string) => Promise<Statable>): Promise<FileRef | undefined> {
  if (!/\.(zip|tar|tgz|tar\.gz)$/i.test(from)) return undefined;
  const slash = Math.max(from.lastIndexOf('/'), from.lastIndexOf(':'));
  const folder = slash < 0 ? '.' : from.slice(0, slash + (from[slash] === ':' ? 1 : 0)) || '/';
  const lying = await store(folder);
  const entry = await lying.stat(from.slice(slash + 1));
  if (entry === undefined) throw yoloFailures['source-unreadable']({ from, why: 'has no files' });
  return refOf(lying.place, entry);
}
