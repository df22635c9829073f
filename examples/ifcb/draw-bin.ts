// A bin as an Imaging FlowCytobot would have written it, of drawn cells: round ones, rods, chains and specks.
import { seeded } from '../../packages/kit/src/seeded.ts';

/** The three files of a bin. */
export interface DrawnBin {
  readonly adc: string;
  readonly hdr: string;
  readonly roi: Uint8Array;
}

type Random = ReturnType<typeof seeded>;
type Shade = (x: number, y: number) => number;

/** Draws a bin of so many images; equal seeds are equal bytes. */
export function drawBin({ seed, images }: { readonly seed: string; readonly images: number }): DrawnBin {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + random.below(high - low);
  const pixels: Uint8Array[] = [];
  const rows: string[] = [];
  let start = 0;
  for (let at = 1; at <= images; at++) {
    // Every ninth trigger has no image; its number is used up all the same.
    const isEmpty = at % 9 === 0;
    const [width, height, shade] = isEmpty ? [0, 0, () => 0] : cell(random, between);
    if (!isEmpty) pixels.push(paint(random, { width, height, shade }));
    const seconds = (at * 1200) / images;
    const before = [at, seconds, 0.01, 0.2, 0.001, 0.01, 3.5, 0.4, 0.01, 0.01, -999, seconds, seconds + 0.05];
    const box = [between(10, 900), between(10, 700), width, height, start, -999, 0, 0, 0];
    rows.push(`${[...before, ...box, (seconds + 0.06).toFixed(5), (at * 0.0993).toFixed(5)].join(',')}\n`);
    start += width * height;
  }
  const fields = {
    softwareVersion: 'Imaging FlowCytobot Acquisition Software version 2.0, build 429; May 2010',
    runType: 'NORMAL',
    runTime: 1200.06,
    inhibitTime: (images * 0.0993).toFixed(4),
    temperature: 21.5,
    humidity: 12,
    SyringeSampleVolume: 5,
    triggerCount: images,
    roiCount: pixels.length,
  };
  const hdr = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
  return { adc: rows.join(''), hdr: hdr.join(''), roi: Buffer.concat(pixels) };
}

function cell(random: Random, between: (low: number, high: number) => number): readonly [number, number, Shade] {
  const kind = random.below(4);
  const dark = between(60, 110);
  if (kind === 0) {
    const radius = between(14, 30);
    const side = radius * 2 + 24;
    return [side, side, (x, y) => (Math.hypot(x - side / 2, y - side / 2) < radius ? dark + ((x * y) % 23) : 0)];
  }
  if (kind === 1) {
    const [length, thick] = [between(50, 110), between(6, 12)];
    const height = thick * 2 + 22;
    return [length + 24, height, (x, y) => (x > 11 && x < length + 12 && Math.abs(y - height / 2) < thick ? dark : 0)];
  }
  if (kind === 2) {
    const [cells, radius] = [between(3, 7), between(8, 12)];
    const [width, height] = [cells * radius * 2 + 24, radius * 2 + 24];
    return [
      width,
      height,
      (x, y) =>
        Math.hypot(((x - 12) % (radius * 2)) - radius, y - height / 2) < radius - 1 && x > 11 && x < width - 12
          ? dark
          : 0,
    ];
  }
  const side = between(26, 40);
  return [side, side, (x, y) => (Math.abs(x - side / 2) + Math.abs(y - side / 2) < 6 ? dark : 0)];
}

function paint(
  random: Random,
  { width, height, shade }: { readonly width: number; readonly height: number; readonly shade: Shade },
): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const inside = shade(at % width, Math.floor(at / width));
    return inside === 0 ? 195 + random.below(8) : inside + random.below(12);
  });
}
