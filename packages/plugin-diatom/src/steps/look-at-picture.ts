import { defineStep, sha256 } from '@dataset-runner/core/plugin';
import { inspectImage } from '@dataset-runner/kit/image';
import { phash } from '@dataset-runner/kit/phash';
import { isLeftOut, type LeftOut, type Looked, type Picture } from '../picture.ts';

/**
 * Decodes a picture whole and hashes it twice: its bytes, and what it looks like.
 *
 * One that does not decode is left out by name; training code would meet it otherwise, hours later.
 */
export const lookAtPicture = defineStep({
  name: 'look-at-picture',
  needs: { cpu: true },
  async work(picture: Picture | LeftOut, { bytes }): Promise<Looked | LeftOut> {
    if (isLeftOut(picture)) return picture;
    const content = await bytes(picture.file);
    const { width, height, problem, pixels } = await inspectImage(content, { keepPixels: true });
    if (problem !== undefined) {
      const { file: _, ...rest } = picture;
      return { ...rest, leftOut: `is ${problem.kind}: ${problem.message}`, count: 1 };
    }
    const digest = picture.file.digest?.startsWith('sha256:') ? picture.file.digest : sha256(content);
    return { ...picture, sha256: digest.slice('sha256:'.length), phash: await phash(pixels ?? content), width, height };
  },
});
