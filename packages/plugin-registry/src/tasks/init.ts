import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineStep, defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { gitRootOf } from '../git.ts';
import { initRepo } from '../repo/init-repo.ts';

const writeRepo = defineStep({
  name: 'write-repo',
  cache: false,
  work: ({ root, git }: { readonly root: string; readonly git: boolean }) => ({ files: initRepo(root, { git }) }),
});

/** Makes a folder a DVC repository, as `dvc init` does. */
export const init = defineTask({
  summary: 'Make a folder a data registry that DVC understands',
  examples: ['runner run registry:init', 'runner run registry:init --no-git'],
  params: z.object({
    folder: z.string().default('.').describe('The folder').meta({ positional: true }),
    git: z.boolean().default(true).describe('The folder is a git work tree; --no-git keeps data without git'),
    again: z.boolean().default(false).describe('Write the files again where they are there already'),
  }),
  outputs: z.object({ root: z.string(), files: z.array(z.string()) }),
  steps: { writeRepo },
  async run({ params, once }) {
    const root = resolve(params.folder);
    if (existsSync(join(root, '.dvc')) && !params.again) throw registryFailures['repo-there']({ folder: root });
    if (params.git && gitRootOf(root) === undefined) throw registryFailures['no-git']({ folder: root });
    const { files } = await once(writeRepo, { root, git: params.git }, { key: root });
    return { root, files };
  },
  render: ({ root, files }) => `${root} is a registry; add to git: ${files.join(' ')}`,
});
