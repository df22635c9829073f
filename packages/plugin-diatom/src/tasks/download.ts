import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { fileListParam } from '../params.ts';
import { findArchives } from '../plan/find-archives.ts';
import { downloadArchive } from '../steps/download-archive.ts';

/** The first step of `build` by itself; it shares its work with it where both use the same place. */
export const download = defineTask({
  summary: 'Download the archives of a file list, each once and verified',
  examples: ['runner run diatom:download --file-list ./species.json --out ./downloads'],
  params: z.object({
    ...fileListParam,
    out: storeUrl().default('work:diatom/downloads').describe('Where the archives are kept'),
  }),
  outputs: z.object({ archives: z.array(fileRef()) }),
  steps: { downloadArchive },

  async run({ params, map, store }) {
    // 1. Download the archives; half of one is continued.
    const archives = map(downloadArchive, await findArchives(store, params.fileList), { into: params.out });
    return { archives: (await archives.toArray()).map(({ file }) => file) };
  },

  render: ({ archives }) => `${archives.length} archives are there`,
});
