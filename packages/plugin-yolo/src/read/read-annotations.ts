import type { Annotations } from '../annotation.ts';
import { yoloFailures } from '../failures.ts';
import { readCoco } from './coco.ts';
import { readNihBoxes } from './nih-bbox.ts';
import type { ReadOptions } from './read-options.ts';
import { readVinBigData } from './vinbigdata.ts';
import { readVocFiles } from './voc.ts';

export const formats = ['vinbigdata', 'coco', 'voc', 'nih'] as const;

export interface NamedText {
  readonly name: string;
  readonly text: Uint8Array;
}

/** Reads annotations of any format; `texts` is one file, or for VOC one for each image. */
export function readAnnotations(
  format: (typeof formats)[number],
  texts: readonly NamedText[],
  sizes: Uint8Array | undefined,
  options: ReadOptions,
): Annotations {
  const [first] = texts;
  const text = first?.text ?? new Uint8Array();
  switch (format) {
    case 'voc':
      return readVocFiles(texts, options);
    case 'coco':
      return readCoco(Buffer.from(text).toString('utf8'), options);
    case 'nih':
      return readNihBoxes(text, options);
    case 'vinbigdata':
      if (sizes === undefined) throw yoloFailures['param-missing']({ param: 'sizes', wanted: 'for VinBigData' });
      return readVinBigData(text, sizes, options);
  }
}
