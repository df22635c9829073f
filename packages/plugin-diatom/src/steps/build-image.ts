import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { runWords } from '../compute/run-words.ts';

interface ImageOrder {
  readonly files: readonly FileRef[];
  readonly tag: string;
  readonly push: boolean;
  /** docker or one that takes its words. */
  readonly program: string;
}

/**
 * Builds a container image from a folder in any store.
 *
 * It runs every time: images live outside our state and can vanish there. The builder's own cache makes that cheap.
 */
export const buildImage = defineStep({
  name: 'build-image',
  cache: false,
  retries: 0,
  async work({ files, tag, push, program }: ImageOrder, { localPath, scratch, signal, log }) {
    const wanted = 'build container images';
    // Asked first: without the program, or without its daemon, nothing else is worth doing.
    await runWords([program, 'version'], { signal, wanted });
    const folder = await scratch('context');
    await rm(folder, { recursive: true, force: true });
    for (const file of files) {
      const path = join(folder, file.key);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(await localPath(file), path);
    }
    await runWords([program, 'build', '-t', tag, folder], { signal, log, wanted });
    if (push) await runWords([program, 'push', tag], { signal, log, wanted });
    const id = await runWords([program, 'image', 'inspect', '--format', '{{.Id}}', tag], { signal, wanted });
    return { tag, id: id.trim() };
  },
});
