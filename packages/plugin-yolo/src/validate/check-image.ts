import { inspectImage } from '@dataset-runner/kit/image';
import { finding, type Finding } from './rules.ts';

export interface ImageChecked {
  /** Pixels as stored; 0 when it cannot be read. */
  readonly width: number;
  readonly height: number;
  readonly findings: readonly Finding[];
}

const formatOf: { readonly [extension: string]: string } = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  png: 'png',
  tif: 'tiff',
  tiff: 'tiff',
  webp: 'webp',
};

/** Decodes an image and says why Ultralytics would drop it or read it wrongly; formats that cannot be decoded here pass. */
export async function checkImage(bytes: Uint8Array, file: string): Promise<ImageChecked> {
  const extension = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  const wanted = formatOf[extension];
  // bmp, dng, mpo, pfm and heic, which the decoder here does not have.
  if (wanted === undefined && bytes.length > 0) return { width: 0, height: 0, findings: [] };
  const { format, width, height, channels, space, cmyk, orientation = 1, problem } = await inspectImage(bytes);
  const found: Finding[] = [];
  const say = (code: Finding['code'], message: string): void => void found.push(finding(code, { file }, message));
  if (problem !== undefined)
    say('image-unreadable', bytes.length === 0 ? 'the file is empty' : firstLine(problem.message));
  else {
    if (format !== wanted) say('image-format', `a ${format} is called .${extension}`);
    if (Math.min(width, height) < 10) say('image-small', `${width} x ${height} pixels`);
    const odd = cmyk
      ? 'CMYK'
      : space.endsWith('16')
        ? '16-bit'
        : channels === 2 || channels === 4
          ? 'an image with alpha'
          : '';
    if (odd !== '') say('image-colour', `it is ${odd}`);
    if (orientation > 1) say('image-rotated', `EXIF says to turn it (${orientation})`);
  }
  return { width: problem === undefined ? width : 0, height: problem === undefined ? height : 0, findings: found };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
