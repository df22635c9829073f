import { sha256 } from '@dataset-runner/core/plugin';
import { labelImage } from '../../src/label/label-images.ts';
import { labelText } from '../../src/label/label-line.ts';
import { type ManifestLine, manifestText } from '../../src/manifest.ts';
import { readVinBigData } from '../../src/read/vinbigdata.ts';
import { dataYaml } from '../../src/set-files.ts';
import { splitsText } from '../../src/split/splits-csv.ts';
import { madeSet } from './made-set.ts';

/** The files of a made set as convert and split leave them, below `organized/`, without running either. */
export function dividedFiles(
  count: number,
  splits: readonly string[] = ['training', 'validation', 'test', 'production'],
  raters: 'fuse' | 'separate' = 'fuse',
): { [path: string]: string | Uint8Array } {
  const { findings, sizes, images } = madeSet(count);
  const options = { file: 'train.csv', onBadRow: 'error', markOrder: 'canonical', noFinding: 'No finding' } as const;
  const read = readVinBigData(findings, sizes, options);
  const rules = { raters, fuseIou: 0.4, minRaters: 1, noFinding: 'background', noFindingId: 14 } as const;
  const splitOf = (index: number): string => splits[index % splits.length]!;
  const files: { [path: string]: string | Uint8Array } = {};
  const lines: ManifestLine[] = [];
  for (const [index, image] of read.images.entries()) {
    const bytes = images.get(`${image.id}.png`)!();
    for (const { stem, raters: own, labels } of labelImage(image, rules)) {
      const file = `${splitOf(index)}/images/${stem}.png`;
      files[`organized/${file}`] = bytes;
      files[`organized/${splitOf(index)}/labels/${stem}.txt`] = labelText(labels);
      lines.push({
        image: image.id,
        stem,
        width: image.width,
        height: image.height,
        raters: own,
        labels: labels.map(({ classId, box, from }) => ({
          class: classId,
          box,
          from: from.map((mark) => [mark.rater, ...mark.box] as const),
        })),
        file,
        digest: sha256(bytes),
      });
    }
  }
  const divided = read.images.map(({ id, marks }, index) => ({
    image: id,
    split: splitOf(index),
    group: id,
    classes: [...new Set(marks.map(({ classId }) => classId))].sort((one, other) => one - other),
  }));
  const keys = Object.fromEntries(splits.map((split) => [ultralytics[split] ?? split, `${split}/images`]));
  return {
    ...files,
    'organized/manifest.jsonl': lines.map((line) => `${manifestText(line)}\n`).join(''),
    'organized/splits.csv': splitsText(divided),
    'organized/summary.json': JSON.stringify({ classes: read.classes.map((name, id) => ({ id, name })) }),
    'organized/data.yaml': dataYaml(keys, read.classes),
  };
}

const ultralytics: { readonly [split: string]: string } = { training: 'train', validation: 'val' };
