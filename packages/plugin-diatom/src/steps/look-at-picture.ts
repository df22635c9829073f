import { defineStep } from '@dataset-runner/core/plugin';
import { look } from '../look.ts';
import { isLeftOut, type LeftOut, type Looked, type Picture, sha256Of } from '../picture.ts';

/** Looks at a picture that lies in a store: decodes it whole, and hashes its bytes and what it looks like. */
export const lookAtPicture = defineStep({
  name: 'look-at-picture',
  needs: { cpu: true },
  async work(picture: Picture, { bytes }): Promise<Looked | LeftOut> {
    const content = await bytes(picture.file);
    const { file, ...rest } = picture;
    const seen = await look(content);
    if (isLeftOut(seen)) return { ...rest, ...seen, count: 1 };
    return { ...picture, sha256: sha256Of(file, content), ...seen };
  },
});
