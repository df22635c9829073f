import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { csvTable } from '@dataset-runner/kit/csv-rows';
import { skip } from '../../../test/support/skip.ts';
import { boxAgreement } from '../src/agreement/box-agreement.ts';
import {
  fleissKappa,
  krippendorffAlpha,
  oneClassShare,
  votesFor,
  votesForNothing,
} from '../src/agreement/image-agreement.ts';
import type { Annotations } from '../src/annotation.ts';
import { fuseBoxes } from '../src/label/fuse.ts';
import { labelText } from '../src/label/label-line.ts';
import { labelImage, type LabelRules } from '../src/label/label-images.ts';
import { readVinBigData } from '../src/read/vinbigdata.ts';
import { planSplit } from '../src/split/plan-split.ts';
import { usualSizes } from '../src/split/sizes.ts';
import type { SplitImage } from '../src/split/units.ts';

const folder = join(process.env['RUNNER_TEST_DATA'] ?? '', 'yolo');

interface Golden {
  readonly images: number;
  readonly boxes: { readonly rows: number };
  readonly classRowsAndImages: { readonly [id: string]: readonly [number, number] };
  readonly fleissKappaAll: { readonly [id: string]: number };
  readonly fleissKappaAbnormal: { readonly [id: string]: number };
  readonly pairwiseF1at50: { readonly [id: string]: number };
  readonly pairwiseMeanIoUMatched: { readonly [id: string]: number };
}

describe('the findings of 17 radiologists', function () {
  this.timeout(120_000);
  let found: Annotations;
  let golden: Golden;

  before(function () {
    if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    const real = join(folder, 'vinbigdata');
    if (!existsSync(real)) skip(this, `${real} does not exist`);
    golden = JSON.parse(readFileSync(join(real, 'golden-stats.json'), 'utf8')) as Golden;
    found = readVinBigData(
      gunzipSync(readFileSync(join(real, 'vinbigdata-train.csv.gz'))),
      readFileSync(join(real, 'train_meta.csv')),
      {
        file: 'train.csv',
        onBadRow: 'error',
        markOrder: 'file',
        noFinding: 'No finding',
      },
    );
  });

  it('have the known totals, class by class', () => {
    const { images, classes } = found;
    assert.equal(images.length, golden.images);
    assert.equal(
      images.reduce((sum, { marks }) => sum + marks.length, 0),
      golden.boxes.rows,
    );
    assert.equal(
      images.reduce((sum, { raters }) => sum + raters.length, 0),
      45_000,
    );
    assert.equal(new Set(images.flatMap(({ raters }) => raters)).size, 17);
    assert.equal(images.filter(({ marks }) => marks.length === 0).length, 10_606);
    assert.equal(classes.length, 14);
    for (const id of classes.keys()) {
      const marked = images.filter(({ marks }) => marks.some((mark) => mark.classId === id));
      const boxes = marked.reduce((sum, { marks }) => sum + marks.filter((mark) => mark.classId === id).length, 0);
      assert.deepEqual([boxes, marked.length], golden.classRowsAndImages[id], classes[id]);
    }
    assert.deepEqual(found.trouble, { droppedRows: 0, clippedBoxes: 0, examples: [] });
  });

  it('give 15,000 fused labels, or 45,000 separate ones with the known line', () => {
    const rules: LabelRules = { raters: 'fuse', fuseIou: 0.4, minRaters: 1, noFinding: 'background', noFindingId: 14 };
    const fused = found.images.flatMap((image) => labelImage(image, rules));
    assert.deepEqual([fused.length, fused.filter(({ labels }) => labels.length === 0).length], [15_000, 10_606]);
    const separate = found.images.flatMap((image) => labelImage(image, { ...rules, raters: 'separate' }));
    assert.equal(separate.length, 45_000);
    const known = separate.filter(({ stem }) => stem.startsWith('9a5094b2') && stem.endsWith('71345_R10'));
    assert.deepEqual(
      known.map(({ labels }) => labelText(labels)),
      ['3 0.563462 0.686216 0.462500 0.195205'],
    );
  });

  it('fuse into the known numbers of boxes', () => {
    for (const [overIou, ...expected] of [
      [0.4, 22_713, 13_889, 4_266, 4_558],
      [0.5, 23_961],
      [0.55, 24_865],
    ] as const) {
      const fused = found.images.flatMap(({ marks }) => fuseBoxes(marks, overIou));
      // By boxes, at most three: a rater may have drawn two of them.
      const of = (count: number): number => fused.filter(({ from }) => Math.min(3, from.length) === count).length;
      assert.deepEqual([fused.length, of(1), of(2), of(3)].slice(0, expected.length), expected);
    }
  });

  it('agree as is known: kappa, F1 and overlap to four digits', () => {
    const { images } = found;
    const abnormal = images.filter(({ marks }) => marks.length > 0);
    assert.deepEqual(oneClassShare(images), { agreed: 10_935, of: 15_000 });
    assert.deepEqual(oneClassShare(abnormal), { agreed: 329, of: 4_394 });
    assert.equal(fleissKappa(votesForNothing(images)), 1);
    const four = (value: number): string => value.toFixed(4);
    for (const id of found.classes.keys()) {
      const { f1, meanIou } = boxAgreement(images, id);
      const all = fleissKappa(votesFor(images, id));
      assert.deepEqual(
        [four(all), four(fleissKappa(votesFor(abnormal, id))), four(f1), four(meanIou)],
        [golden.fleissKappaAll, golden.fleissKappaAbnormal, golden.pairwiseF1at50, golden.pairwiseMeanIoUMatched].map(
          (table) => four(table[id]!),
        ),
        found.classes[id],
      );
      assert.ok(Math.abs(krippendorffAlpha(votesFor(images, id)) - all) < 1.5e-4);
    }
    const whole = boxAgreement(images, undefined);
    assert.deepEqual([four(whole.f1), four(whole.meanIou)], ['0.4477', '0.6230']);
  });

  it('divide into exactly 11,500, 750, 750, 1,000, 500 and 500 images', () => {
    const images = found.images.map(({ id, marks }) => ({
      image: id,
      group: id,
      classes: [...new Set(marks.map(({ classId }) => classId))],
    }));
    const { counts, warnings } = planSplit(images, { sizes: usualSizes, seed: 1, stratify: true });
    assert.deepEqual([counts, warnings], [usualSizes, []]);
  });
});

describe('the 30,805 patients of the NIH set', function () {
  this.timeout(120_000);

  it('stand in one split each, where a split by image shares four of five', function () {
    const table = join(folder, 'nih', 'Data_Entry_2017_v2020.csv.gz');
    if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    if (!existsSync(table)) skip(this, `${table} does not exist`);
    const classes = new Map<string, number>();
    const images: SplitImage[] = [];
    for (const { cells } of csvTable(gunzipSync(readFileSync(table)), { file: 'Data_Entry' }).rows) {
      const findings = cells[1]!.split('|').filter((name) => name !== 'No Finding');
      for (const name of findings) if (!classes.has(name)) classes.set(name, classes.size);
      images.push({ image: cells[0]!, group: cells[3]!, classes: findings.map((name) => classes.get(name)!) });
    }
    assert.equal(images.length, 112_120);
    const patientOf = new Map(images.map(({ image, group }) => [image, group]));
    const shared = (some: readonly SplitImage[]): number => {
      const { lines } = planSplit(some, { sizes: { train: 0.8, test: 0.2 }, seed: 1, stratify: true });
      const train = new Set(lines.flatMap(({ image, split }) => (split === 'train' ? [patientOf.get(image)] : [])));
      const test = lines.filter(({ split }) => split === 'test');
      return test.filter(({ image }) => train.has(patientOf.get(image))).length / test.length;
    };
    assert.equal(shared(images), 0);
    const naive = shared(images.map((image) => ({ ...image, group: image.image })));
    assert.ok(naive > 0.8 && naive < 0.85, String(naive));
  });
});
