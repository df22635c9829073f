import { type Digest, defineTask, type FileRef, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import { yoloFailures } from '../failures.ts';
import { manifestFile } from '../manifest.ts';
import { type PushedFile, pushAbout, pushFile, pushManifest } from '../steps/push-file.ts';
import { fileOfSet } from './split-places.ts';

/** Brings a set to a store so that its readers never see a manifest of files that are not there yet. */
export const upload = defineTask({
  summary: 'Upload a set to any store: only what differs, the manifest last, nothing deleted unless asked for',
  examples: [
    'runner run yolo:upload --set ./organized --to cloud:organized',
    'runner run yolo:upload --set ./organized --to cloud:organized --prune',
  ],
  params: z.object({
    set: storeUrl().describe('The set'),
    to: storeUrl().describe('Where it is uploaded'),
    prune: z
      .boolean()
      .default(false)
      .describe('Afterwards remove there what earlier uploads brought and the set no longer has'),
  }),
  outputs: z.object({ set: z.string().meta({ 'x-runner': 'place' }), files: z.int(), bytes: z.int() }),
  steps: { pushFile, pushAbout, pushManifest },

  async run({ params, map, publish, store }) {
    const { to, prune } = params;
    const set = await store(params.set);
    const target = await store(to);
    // What was uploaded would be part of the set at the next upload.
    if (await target.liesIn(set.place)) throw yoloFailures['upload-into-set']({ set: set.place, to: target.place });
    // 1. List the set, with the digest of every file.
    await fileOfSet(set, manifestFile);
    const listed = await listFiles(set, { keep: ({ key }) => key !== 'dataset.json' });
    const files = await withDigests(listed, (key) => set.digest(key));
    const of = (wanted: (key: string) => boolean): PushedFile[] => files.filter(({ key }) => wanted(key));
    const isAbout = (key: string): boolean => !key.includes('/') && key !== manifestFile;
    // 2. Upload images and labels: what lies there with the same digest stays.
    await map(
      pushFile,
      of((key) => key.includes('/')),
      { into: to },
    );
    // 3. Then what describes them, then the manifest.
    await map(pushAbout, of(isAbout), { into: to });
    await map(
      pushManifest,
      of((key) => key === manifestFile),
      { into: to },
    );
    // 4. Say what the set is.
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    await publish(to, { name: 'detection set', counts: { files: files.length } });
    // 5. Last, remove what the set no longer has: until here the old manifest named it.
    if (prune) {
      await map(pushFile, [], { into: to, exact: true, name: 'prune' });
      await map(pushAbout, [], { into: to, exact: true, name: 'prune' });
    }
    return { set: to, files: files.length, bytes };
  },

  render: ({ set, files, bytes }) => `${files} files, ${bytes} bytes in ${set}`,
});

// Reads are few when digests are known already, and many at a time when they are not.
async function withDigests(files: readonly FileRef[], digest: (key: string) => Promise<string>): Promise<PushedFile[]> {
  const done: PushedFile[] = [];
  const atOnce = 16;
  for (let at = 0; at < files.length; at += atOnce) {
    const some = files.slice(at, at + atOnce);
    const digests = await Promise.all(some.map(({ key }) => digest(key)));
    done.push(...some.map((file, place) => ({ key: file.key, file: { ...file, digest: digests[place] as Digest } })));
  }
  return done;
}
