import { readFile } from 'node:fs/promises';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { download } from '@dataset-runner/kit/download';
import { describeBytes, sniff, type SniffedType } from '@dataset-runner/kit/sniff';
import type { Photo } from '../austin/plan-photos.ts';
import { dogsFailures } from '../failures.ts';

/** A photo where it lies now. */
export interface FetchedPhoto {
  readonly key: string;
  readonly file: FileRef;
}

const pictures: ReadonlySet<SniffedType | undefined> = new Set<SniffedType>([
  'jpeg',
  'png',
  'gif',
  'webp',
  'bmp',
  'tiff',
]);

/** Fetches one photo and names it by what its bytes are. No more than the lane allows at once, host by host. */
export const fetchPhoto = defineStep({
  name: 'fetch-photo',
  needs: ({ url }: Photo) => ({ lane: new URL(url).hostname }),
  retries: 3,
  async work({ key, url }: Photo, { fetch, scratch, signal, output }): Promise<FetchedPhoto> {
    const { path } = await download({ url, fetch, signal, path: await scratch('photo') });
    const bytes = await readFile(path);
    const found = sniff(bytes);
    if (found === undefined || !pictures.has(found.type))
      throw dogsFailures['photo-refused']({ url, found: describeBytes(bytes) });
    return { key, file: await output.write(`full_quality/${key}.${found.extension}`, bytes) };
  },
});
