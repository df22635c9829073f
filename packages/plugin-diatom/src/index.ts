import { definePlugin } from '@dataset-runner/core/plugin';
import { diatomFailures } from './failures.ts';

/** Diatom image sets: from species archives to a seeded train/test set, a trained model and its deployment. */
export default definePlugin({
  name: 'diatom',
  api: 1,
  tasks: {
    build: async () => (await import('./tasks/build.ts')).build,
    download: async () => (await import('./tasks/download.ts')).download,
    extract: async () => (await import('./tasks/extract.ts')).extract,
    split: async () => (await import('./tasks/split.ts')).split,
    leaks: async () => (await import('./tasks/leaks.ts')).leaks,
    pack: async () => (await import('./tasks/pack.ts')).pack,
    upload: async () => (await import('./tasks/upload.ts')).upload,
    image: async () => (await import('./tasks/image.ts')).image,
    train: async () => (await import('./tasks/train.ts')).train,
  },
  failures: diatomFailures,
});
