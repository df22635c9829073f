import { seeded } from '@dataset-runner/kit/seeded';
import sharp from 'sharp';

/** A picture of coarse noise, 48 x 36: each seed gives one that looks like no other. */
export async function picture(
  seed: string | number,
  format: 'jpeg' | 'png' | 'cmyk' = 'jpeg',
  quality = 90,
): Promise<Buffer> {
  const random = seeded(seed);
  const cells = Buffer.from(Array.from({ length: 8 * 6 * 3 }, () => random.below(256)));
  const image = sharp(cells, { raw: { width: 8, height: 6, channels: 3 } }).resize(48, 36, { kernel: 'nearest' });
  if (format === 'png') return image.png().toBuffer();
  return (format === 'cmyk' ? image.toColourspace('cmyk') : image).jpeg({ quality }).toBuffer();
}
