import { defineTask, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import { diatomFailures } from '../failures.ts';
import { buildImage } from '../steps/build-image.ts';

/** The container in which training runs elsewhere; the local and ssh machines need none. */
export const image = defineTask({
  summary: 'Build a container image of the training scripts, and push it if asked',
  examples: ['runner run diatom:image --context ./train --tag registry.example.org/lab/diatom-train:1 --push'],
  params: z.object({
    context: storeUrl().describe('The folder with the Dockerfile and the scripts'),
    tag: z
      .string()
      .regex(/^[a-z0-9][\w./:-]*$/, 'must be an image name such as lab/diatom-train:1')
      .default('diatom-train:latest')
      .describe('The name of the image'),
    push: z.boolean().default(false).describe('Push it to the registry its name says'),
    program: z.string().default('docker').describe('docker, podman or whatever takes the same words'),
  }),
  outputs: z.object({ tag: z.string(), id: z.string() }),
  steps: { buildImage },

  async run({ params, once, store }) {
    const { context, tag, push, program } = params;
    // 1. See what goes into the image.
    const files = await listFiles(await store(context));
    if (!files.some(({ key }) => key === 'Dockerfile'))
      throw diatomFailures['file-missing']({ place: context, name: 'Dockerfile' });
    // 2. Build it, and push it.
    return once(buildImage, { files, tag, push, program });
  },

  render: ({ tag, id }) => `${tag} is ${id}`,
});
