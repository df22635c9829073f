import { defineStep, type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { phash } from '@dataset-runner/kit/phash';
import { checkImage, type ImageChecked } from '../validate/check-image.ts';

export interface ImageToCheck {
  readonly key: string;
  readonly file: FileRef;
  /** Also hash its look. */
  readonly near: boolean;
}

export interface ImageSeen extends ImageChecked {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** 16 hexadecimal digits. */
  readonly phash?: string;
}

/** Decodes one image, hashes its bytes, and its look where near duplicates are looked for. */
export const checkImages = defineStep({
  name: 'check-image',
  needs: { cpu: true },
  async work({ file, near }: ImageToCheck, { bytes }): Promise<ImageSeen> {
    const all = await bytes(file);
    const checked = await checkImage(all, file.key);
    const look = near && checked.width > 0 ? { phash: await phash(all) } : {};
    return { ...checked, sha256: sha256(all).slice(7), ...look };
  },
});
