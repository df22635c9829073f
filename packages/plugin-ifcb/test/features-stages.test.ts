import assert from 'node:assert/strict';
import { seeded } from '@dataset-runner/kit/seeded';
import { complex, exchanged } from '../src/features/complex.ts';
import { squaredDistances } from '../src/features/distance.ts';
import { tenDigits } from '../src/features/feature-files.ts';
import { Fft } from '../src/features/fft.ts';
import { convexHull, feretDiameters, hullMeasures } from '../src/features/hull.ts';
import { fillHoles, type Mask, partsOf } from '../src/features/mask.ts';
import { median } from '../src/features/median.ts';
import { closeGaps } from '../src/features/morphology.ts';
import { PhaseCongruency } from '../src/features/phase-congruency.ts';
import { measureRoi } from '../src/features/roi-features.ts';
import { segment } from '../src/features/segment.ts';
import { thin } from '../src/features/thin.ts';

/** A mask drawn with `#` for its pixels. */
function drawn(text: string): Mask {
  const lines = text.trim().split(/\s+/);
  const width = lines[0]!.length;
  return { data: Uint8Array.from(lines.join(''), (c) => (c === '#' ? 1 : 0)), width, height: lines.length };
}

function picture({ data, width }: Mask): string {
  return Array.from(data, (value, at) => (at > 0 && at % width === 0 ? '\n' : '') + (value === 1 ? '#' : '.')).join('');
}

function noise(length: number, seed: string): Float64Array {
  const random = seeded(seed);
  return Float64Array.from({ length }, () => random.below(1_000_000) / 1e6 - 0.5);
}

describe('Fft', () => {
  // Every way a length is taken apart: radix 2, 3, 4, 5, small odd primes, large primes, large primes in large primes.
  for (const length of [1, 2, 3, 4, 5, 7, 8, 12, 13, 30, 31, 34, 37, 45, 66, 74, 89, 105, 137, 197, 263]) {
    it(`is the sum its definition names, for vectors of length ${length} side by side`, () => {
      const vectors = 3;
      const values = { re: noise(length * vectors, `re${length}`), im: noise(length * vectors, `im${length}`) };
      const expected = complex(length * vectors);
      for (let v = 0; v < vectors; v++) {
        for (let j = 0; j < length; j++) {
          for (let k = 0; k < length; k++) {
            const angle = (2 * Math.PI * ((j * k) % length)) / length;
            const [re, im] = [values.re[k * vectors + v]!, values.im[k * vectors + v]!];
            expected.re[j * vectors + v]! += re * Math.cos(angle) - im * Math.sin(angle);
            expected.im[j * vectors + v]! += re * Math.sin(angle) + im * Math.cos(angle);
          }
        }
      }
      const found = new Fft(length).inverse(
        { re: values.re.slice(), im: values.im.slice() },
        complex(length * vectors),
        vectors,
      );
      const largest = Math.max(
        ...expected.re.map((re, at) => Math.hypot(re - found.re[at]!, expected.im[at]! - found.im[at]!)),
      );
      assert.ok(largest < 1e-12 * length, `off by ${largest}`);
      const back = exchanged(
        new Fft(length).inverse(
          exchanged({ re: found.re.slice(), im: found.im.slice() }),
          complex(length * vectors),
          vectors,
        ),
      );
      for (const [at, value] of values.re.entries()) assert.ok(Math.abs(back.re[at]! / length - value) < 1e-12);
    });
  }
});

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle, whatever the order', () => {
    for (const length of [1, 2, 3, 10, 101, 1000]) {
      const values = noise(length, `median${length}`);
      const sorted = values.toSorted();
      const middle = (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
      assert.equal(median(values), middle);
    }
    assert.equal(median(Float64Array.of(2, 2, 2, 1)), 2);
  });
});

describe('squaredDistances', () => {
  it('is the distance to the nearest pixel, looked for everywhere', () => {
    const random = seeded('distances');
    const mask = {
      data: Uint8Array.from({ length: 23 * 17 }, () => (random.below(30) === 0 ? 1 : 0)),
      width: 23,
      height: 17,
    };
    const places = [...mask.data.keys()].filter((at) => mask.data[at] === 1);
    const found = squaredDistances(mask);
    for (const at of mask.data.keys()) {
      const distances = places.map(
        (p) => ((p % 23) - (at % 23)) ** 2 + (Math.floor(p / 23) - Math.floor(at / 23)) ** 2,
      );
      assert.equal(found[at], Math.min(...distances));
    }
  });
});

describe('masks', () => {
  it('fill holes that cannot be left sideways, and tell parts that do not touch', () => {
    const ring = drawn('.###... .#.#..# ..###.. .......');
    assert.equal(picture(fillHoles(ring)), '.###...\n.###..#\n..###..\n.......');
    assert.deepEqual(
      partsOf(ring).map(({ pixels, left, top }) => [pixels.length, left, top]),
      [
        [8, 1, 0],
        [1, 6, 1],
      ],
    );
    assert.equal(partsOf(ring, { minArea: 2 }).length, 1);
  });

  it('close a slit where no diamond fits into it: not where it opens beyond the border', () => {
    assert.equal(picture(closeGaps(drawn('##.## ##.## ##.## ##.## ##.##'))), '##.##\n#####\n#####\n#####\n##.##');
  });

  it('get thin without breaking', () => {
    const bar = drawn('......... .#######. .#######. .#######. .........');
    assert.equal(picture(thin(bar, 3)), '.........\n.........\n..#####..\n.........\n.........');
  });
});

describe('hull and Feret diameters', () => {
  it('are those of a rectangle of pixels', () => {
    const hull = convexHull(drawn('##### ##### #####'));
    assert.equal(hull.length, 4);
    assert.deepEqual(hullMeasures(hull), { perimeter: 12, area: 8 + 6 });
    const { min, max } = feretDiameters(hull);
    assert.ok(Math.abs(min - 3) < 1e-12);
    assert.ok(max > Math.hypot(5, 3) - 0.01 && max <= Math.hypot(5, 3) + 1e-9, `${max}`);
  });
});

describe('segmentation of odd images', () => {
  for (const [width, height] of [
    [1, 1],
    [1, 9],
    [9, 1],
    [2, 2],
    [3, 200],
  ] as const) {
    it(`finds nothing in ${width} x ${height} pixels of one gray`, () => {
      const mask = segment({ pixels: new Uint8Array(width * height).fill(180), width, height }, new PhaseCongruency());
      const { row, blobs } = measureRoi(7, mask);
      assert.deepEqual([row.roi_number, row.numBlobs, row.Area, row.Area_over_Perimeter], [7, 0, 0, Number.NaN]);
      assert.deepEqual(blobs, []);
    });
  }

  it('finds a dark disc of the size it has, whatever image came before it', () => {
    const [width, height, radius] = [101, 67, 15];
    const disc = Uint8Array.from({ length: width * height }, (_, at) =>
      Math.hypot((at % width) - 50, Math.floor(at / width) - 33) <= radius ? 60 : 190,
    );
    const edges = new PhaseCongruency();
    segment({ pixels: new Uint8Array(200 * 150).fill(100), width: 200, height: 150 }, edges);
    const again = measureRoi(1, segment({ pixels: disc, width, height }, edges)).row;
    const alone = measureRoi(1, segment({ pixels: disc, width, height }, new PhaseCongruency())).row;
    assert.deepEqual(again, alone);
    assert.equal(alone.numBlobs, 1);
    assert.ok(Math.abs(alone.EquivDiameter - 2 * radius) < 3, String(alone.EquivDiameter));
    const ball = (Math.PI / 6) * alone.EquivDiameter ** 3;
    assert.ok(Math.abs(alone.Biovolume / ball - 1) < 0.03, `${alone.Biovolume} of ${ball}`);
  });
});

describe('tenDigits', () => {
  const cases: readonly (readonly [number, string])[] = [
    [160, '160'],
    [0, '0'],
    [Number.NaN, ''],
    [1058.193125, '1058.193125'],
    [181.497779000001, '181.497779'],
    [-64.81869451, '-64.81869451'],
    [0.00012345678912, '0.0001234567891'],
    [0.000012345678912, '1.234567891e-05'],
    [12345678901234, '1.23456789e+13'],
    [9999999999.7, '1e+10'],
    [3000000000, '3000000000'],
  ];
  for (const [value, text] of cases) {
    it(`writes ${value} as C's %.10g does: '${text}'`, () => {
      assert.equal(tenDigits(value), text);
    });
  }
});
