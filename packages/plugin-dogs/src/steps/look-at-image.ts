import { defineStep, type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { inspectImage } from '@dataset-runner/kit/image';
import { phash } from '@dataset-runner/kit/phash';
import { describeBytes, sniff } from '@dataset-runner/kit/sniff';
import type { Finding, SeenImage } from '../verify/finding.ts';

const typeOfEnding: { readonly [ending: string]: string } = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  gif: 'gif',
  webp: 'webp',
  bmp: 'bmp',
  tif: 'tiff',
  tiff: 'tiff',
};

/** Looks at one image: what its bytes are whatever its name says, whether they decode, in which colours. */
export const lookAtImage = defineStep({
  name: 'look-at-image',
  needs: { cpu: true, memoryMb: 100 },
  async work(file: FileRef, { bytes }): Promise<SeenImage> {
    const { key } = file;
    const content = await bytes(file);
    const findings: Finding[] = [];
    const found = (kind: Finding['kind'], message: string): void => void findings.push({ kind, image: key, message });
    const ending = key.slice(key.lastIndexOf('.') + 1).toLowerCase();
    const type = sniff(content)?.type;
    if (type !== typeOfEnding[ending]) found('other-type', `is named .${ending} and is ${describeBytes(content)}`);
    const { cmyk, problem, pixels } = await inspectImage(content, { keepPixels: true });
    if (problem !== undefined) found(problem.kind, problem.message);
    if (cmyk) found('cmyk', 'has print colours (CMYK), which most training code reads wrongly');
    return {
      key,
      folder: key.slice(0, Math.max(0, key.lastIndexOf('/'))),
      sha256: sha256(content).slice('sha256:'.length),
      phash: problem === undefined ? await phash(pixels ?? content) : null,
      findings,
    };
  },
});
