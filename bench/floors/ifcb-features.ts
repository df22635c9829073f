// The least that measuring can be: the transforms of phase congruency alone, one forward and 24 back for each image.
import { madeImages } from '../fixtures/ifcb-bins.ts';
import { type Complex, complex } from '../../packages/plugin-ifcb/src/features/complex.ts';
import { Fft } from '../../packages/plugin-ifcb/src/features/fft.ts';
import { floorDone, floorInput } from '../support/floor.ts';

const filterCount = 24;

interface Share {
  readonly images: number;
}

const { images: count } = floorInput<Share>();
const made = madeImages();
const images = Array.from({ length: count }, (_, index) => made[index % made.length]!);
const largest = Math.max(...images.map(({ data }) => data.length));
const room = [complex(largest), complex(largest)] as const;
const startedMs = performance.now();
const startedCpu = process.cpuUsage();
const plans = new Map<number, Fft>();
for (const { width, height } of images) {
  const [rows, columns] = [planOf(width), planOf(height)];
  backAndForth(rows, columns, { width, height, columnCount: width });
  for (let filter = 0; filter < filterCount; filter++) {
    // Each filter leaves half of the columns empty.
    backAndForth(rows, columns, { width, height, columnCount: Math.ceil(width / 2) });
  }
}
floorDone(startedMs, startedCpu);

function backAndForth(
  rows: Fft,
  columns: Fft,
  size: { readonly width: number; readonly height: number; readonly columnCount: number },
): void {
  const [values, spare]: readonly [Complex, Complex] = room;
  // Their own results would soon be beyond all numbers, and those are slow.
  for (const { re, im } of room) {
    re.fill(1, 0, size.width * size.height);
    im.fill(0, 0, size.width * size.height);
  }
  columns.inverse(values, spare, size.columnCount);
  rows.inverse(values, spare, size.height);
}

function planOf(length: number): Fft {
  const plan = plans.get(length) ?? new Fft(length);
  plans.set(length, plan);
  return plan;
}
