import { encodeGrayPng } from '@dataset-runner/kit/png-encode';
import { seeded } from '@dataset-runner/kit/seeded';

/** A made set in the form of VinBigData's: 17 radiologists, three for each image, most images without findings. */
export interface MadeSet {
  /** `train.csv`. */
  readonly findings: string;
  /** `train_meta.csv`: the originals are larger than the images and of another shape. */
  readonly sizes: string;
  /** Draw PNGs by name, grey, 96 x 96. */
  readonly images: ReadonlyMap<string, () => Uint8Array>;
}

const classes = [
  'Aortic enlargement',
  'Atelectasis',
  'Calcification',
  'Cardiomegaly',
  'Nodule/Mass',
  'Pleural effusion',
];
const noFinding = 14;
const side = 96;

/** Draws images with bright patches, and lets three of 17 radiologists say what they see, each a little otherwise and not always the same. */
export function madeSet(count: number, seed = 1): MadeSet {
  const random = units(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  // A stream of its own: how raters differ moves no image.
  const differs = units(seed + 1_000);
  const rows: string[] = [];
  const sizes: string[] = [];
  const images = new Map<string, () => Uint8Array>();
  for (let index = 0; index < count; index++) {
    const id = Array.from({ length: 32 }, () => below(16).toString(16)).join('');
    const [height, width] = [1_000 + below(2_000), 900 + below(2_000)];
    const objects = random() < 0.6 ? [] : Array.from({ length: 1 + below(3) }, () => madeObject(random));
    const first = below(17);
    // 6 has no common factor with 17, so these are three different ones.
    const raters = [0, 1, 2].map((turn) => `R${1 + ((first + turn * 6) % 17)}`);
    for (const rater of raters) {
      // One of seven objects is overlooked and one of ten misnamed, but nobody who should see anything sees nothing.
      const seen = objects.filter((_, at) => at === 0 || differs() > 0.15);
      for (const { classId: shown, x, y, w, h } of seen) {
        const classId = differs() < 0.1 ? Math.floor(differs() * classes.length) : shown;
        const shake = (): number => (random() - 0.5) * 0.03;
        const corners = [
          (x + shake()) * width,
          (y + shake()) * height,
          (x + w + shake()) * width,
          (y + h + shake()) * height,
        ];
        rows.push(
          [id, classes[classId], classId, rater, ...corners.map((value) => `${Math.round(value)}.0`)].join(','),
        );
      }
      if (objects.length === 0) rows.push([id, 'No finding', noFinding, rater, '', '', '', ''].join(','));
    }
    sizes.push(`${id},${height},${width}`);
    const grain = below(2 ** 31);
    images.set(`${id}.png`, () => draw(objects, grain));
  }
  return {
    findings: `image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n${rows.join('\n')}\n`,
    sizes: `image_id,dim0,dim1\n${sizes.join('\n')}\n`,
    images,
  };
}

interface Patch {
  readonly classId: number;
  /** Shares of the image: left, top, width, height. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function madeObject(random: () => number): Patch {
  const [w, h] = [0.15 + random() * 0.2, 0.15 + random() * 0.2];
  return {
    classId: Math.floor(random() * classes.length),
    x: 0.05 + random() * (0.85 - w),
    y: 0.05 + random() * (0.85 - h),
    w,
    h,
  };
}

/** Two dark lungs on grey, patches brighter, and noise that makes every image one of its own. */
function draw(objects: readonly Patch[], seed: number): Uint8Array {
  const random = units(seed);
  const coarse = Array.from({ length: 64 }, () => random() * 90);
  const data = Uint8Array.from({ length: side * side }, (_, at) => {
    const [px, py] = [at % side, Math.floor(at / side)];
    const [x, y] = [px / side, py / side];
    const lung = Math.min(((x - 0.3) / 0.18) ** 2, ((x - 0.7) / 0.18) ** 2) + ((y - 0.5) / 0.38) ** 2 < 1;
    const patch = objects.some((one) => x >= one.x && x < one.x + one.w && y >= one.y && y < one.y + one.h);
    return Math.round((lung ? 40 : 110) + (patch ? 55 : 0) + coarse[(py >> 4) * 8 + (px >> 4)]!);
  });
  return encodeGrayPng({ data, width: side, height: side });
}

function units(seed: number): () => number {
  const random = seeded(seed);
  return () => random.unit();
}
