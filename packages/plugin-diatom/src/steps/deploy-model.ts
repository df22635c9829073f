import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** Copies a trained model to where it is used. */
export const deployModel = defineStep({
  name: 'deploy-model',
  needs: { lane: 'network' },
  async work({ files }: { readonly files: readonly FileRef[] }, { output }) {
    const deployed: FileRef[] = [];
    for (const file of files) deployed.push(await output.copy(file.key, file));
    return { deployed };
  },
});
