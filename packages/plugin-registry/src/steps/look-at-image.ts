import { createHash } from 'node:crypto';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { Light } from '../images/light.ts';

/** A file as an image: what it is, or why it is none. */
export interface SeenImage {
  readonly key: string;
  readonly file: FileRef;
  readonly md5: string;
  /** `jpeg`, `png`, ...; `unknown` for what is no image. */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Why it cannot be used, in the decoder's words. */
  readonly problem?: string;
  /** Of images that decode whole. */
  readonly light?: Light;
  readonly phash?: string;
}

/** Decodes an image once and measures it; what cannot be decoded is a finding and not a failure. */
export const lookAtImage = defineStep({
  name: 'look-at-image',
  needs: ({ size }: FileRef) => ({ cpu: true, memoryMb: 64 + Math.ceil((size * 30) / 1e6) }),
  async work(file: FileRef, { bytes }): Promise<SeenImage> {
    const { inspectImage, decodeRaw, lightOf, phash } = await imageTools();
    const all = await bytes(file);
    const { format, width, height, problem } = await inspectImage(all);
    const md5 = createHash('md5').update(all).digest('hex');
    const seen = { key: file.key, file, md5, format, width, height };
    if (problem !== undefined) return { ...seen, problem: problem.message };
    const image = await decodeRaw(all);
    if ('problem' in image) return { ...seen, problem: image.problem };
    return { ...seen, light: lightOf(image), phash: await phash(all) };
  },
});

// Imported when the first image is looked at: every task of this plugin would wait for them at its start.
async function imageTools() {
  const [{ inspectImage }, { decodeRaw }, { lightOf }, { phash }] = await Promise.all([
    import('@dataset-runner/kit/image'),
    import('@dataset-runner/kit/decode'),
    import('../images/light.ts'),
    import('@dataset-runner/kit/phash'),
  ]);
  return { inspectImage, decodeRaw, lightOf, phash };
}
