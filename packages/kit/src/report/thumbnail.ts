import { loadSharp } from '../image/load-sharp.ts';

/**
 * Makes a small WebP picture as a `data:` URI, or undefined for bytes that cannot be decoded.
 *
 * It fits a square of `sidePx` (default 112; twice the size it is shown at would be sharp on fine screens), keeps its
 * shape, is never enlarged, and carries no metadata: no place, no camera, no patient.
 */
export async function thumbnail(
  bytes: Uint8Array,
  options: { readonly sidePx?: number } = {},
): Promise<string | undefined> {
  const side = options.sidePx ?? 112;
  const sharp = await loadSharp();
  try {
    const small = await sharp(bytes, { limitInputPixels: 100_000_000 })
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer();
    return `data:image/webp;base64,${small.toString('base64')}`;
  } catch {
    return undefined;
  }
}
