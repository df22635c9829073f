import { decodeRaw, type RawImage } from '@dataset-runner/kit/decode';

/** Decoded, or why not: in words that follow the file's name. */
export type Decoded = { readonly image: RawImage } | { readonly why: string };

/**
 * Decodes an image with 8 bits a channel: grey or colours, with or without alpha.
 *
 * 16-bit images are refused and not cut down: their contrast is another one than the model was trained on.
 */
export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const decoded = await decodeRaw(bytes);
  if ('problem' in decoded) return { why: `cannot be read: ${decoded.problem}` };
  if (decoded.bits !== 8) return { why: `has ${decoded.bits} bits a channel; 8 are wanted` };
  return { image: decoded };
}
