import { createHash } from 'node:crypto';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import type { Light } from '../images/light.ts';

/** A file as an image: what it is, or why it is none. */
export interface SeenImage {
  readonly key: string;
  readonly file: FileRef;
  readonly md5: string;
  /** `jpeg`, `png`, ..., also of a kind that is not decoded here; `unknown` for what is no image. */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Why it cannot be used, in the decoder's words. */
  readonly problem?: string;
  /** True where the decoder does not know the kind of image: nobody can say whether it is whole. */
  readonly unread?: true;
  /** Of images that decode whole. */
  readonly light?: Light;
  readonly phash?: string;
}

/** Decodes an image once and measures it; what cannot be decoded is a finding and not a failure. */
export const lookAtImage = defineStep({
  name: 'look-at-image',
  version: 2,
  needs: ({ size }: FileRef) => ({ cpu: true, memoryMb: 64 + Math.ceil((size * 30) / 1e6) }),
  async work(file: FileRef, { bytes }): Promise<SeenImage> {
    const { inspectImage, decodeRaw, lightOf, phash, sniff } = await imageTools();
    const all = await bytes(file);
    const { format, width, height, problem } = await inspectImage(all);
    const md5 = createHash('md5').update(all).digest('hex');
    const seen = { key: file.key, file, md5, format, width, height };
    if (problem !== undefined) {
      const kind = problem.kind === 'unreadable' ? sniff(all)?.type : undefined;
      if (kind !== 'bmp' && kind !== 'dicom') return { ...seen, problem: problem.message };
      const why = `a ${kind.toUpperCase()} image, which is not read here; convert it, for instance to PNG`;
      return { ...seen, format: kind, problem: why, unread: true };
    }
    const image = await decodeRaw(all);
    if ('problem' in image) return { ...seen, problem: image.problem };
    return { ...seen, light: lightOf(image), phash: await phash(image) };
  },
});

// Imported when the first image is looked at: every task of this plugin would wait for them at its start.
async function imageTools() {
  const [{ inspectImage }, { decodeRaw }, { lightOf }, { phash }, { sniff }] = await Promise.all([
    import('@dataset-runner/kit/image'),
    import('@dataset-runner/kit/decode'),
    import('../images/light.ts'),
    import('@dataset-runner/kit/phash'),
    import('@dataset-runner/kit/sniff'),
  ]);
  return { inspectImage, decodeRaw, lightOf, phash, sniff };
}
