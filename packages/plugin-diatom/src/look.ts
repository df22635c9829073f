import { inspectImage } from '@dataset-runner/kit/image';
import { phash } from '@dataset-runner/kit/phash';

/** What the split and the reports need to know of a picture that decodes. */
export interface Look {
  /** Perceptual hash, 16 hexadecimal digits. */
  readonly phash: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a picture whole and hashes what it looks like; for one that does not decode, says why it is left out.
 *
 * Training code would meet such a picture otherwise, hours later.
 */
export async function look(content: Uint8Array): Promise<Look | { readonly leftOut: string }> {
  const { width, height, problem, pixels } = await inspectImage(content, { keepPixels: true });
  if (problem !== undefined) return { leftOut: `is ${problem.kind}: ${problem.message}` };
  return { phash: await phash(pixels ?? content), width, height };
}
