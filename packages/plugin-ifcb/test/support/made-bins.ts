import { seeded } from '@dataset-runner/kit/seeded';

/** One row of a made bin; without a size it has no image. */
export interface MadeRow {
  readonly trigger?: number;
  readonly width?: number;
  readonly height?: number;
  readonly x?: number;
  readonly y?: number;
}

/** The three files of a bin, as an instrument would have written them. */
export interface MadeBin {
  readonly adc: string;
  readonly hdr: string;
  readonly roi: Uint8Array;
}

/** A v2 bin of grainy images; each row without `x` lies at its own place. */
export function madeBin(
  rows: readonly MadeRow[],
  { header = {} }: { readonly header?: Record<string, unknown> } = {},
): MadeBin {
  const pixels: Uint8Array[] = [];
  let start = 0;
  const lines = rows.map(({ trigger, width = 0, height = 0, x = 100, y = 200 }, index) => {
    const random = seeded(`${index}-${width}-${height}`);
    pixels.push(Uint8Array.from({ length: width * height }, () => 120 + random.below(90)));
    const seconds = (index + 1) * 2;
    const cells = [
      trigger ?? index + 1,
      seconds,
      0.01,
      0.2,
      0.001,
      0.01,
      3.5,
      0.4,
      0.01,
      0.01,
      -999,
      seconds,
      seconds + 0.05,
    ];
    cells.push(x, y, width, height, start, -999, 0, 0, 0, seconds + 0.06, (index + 1) * 0.0993);
    start += width * height;
    return `${cells.join(',')}\n`;
  });
  const last = rows.length * 2 + 0.06;
  const fields = {
    softwareVersion: 'Imaging FlowCytobot Acquisition Software version 2.0, build 429; May 2010',
    runType: 'NORMAL',
    runTime: last,
    inhibitTime: rows.length * 0.0993,
    temperature: 21.5,
    humidity: 12,
    SyringeSampleVolume: 5,
    triggerCount: rows.length,
    roiCount: rows.filter(({ width = 0 }) => width > 0).length,
    ...header,
  };
  const hdr = Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
  return { adc: lines.join(''), hdr, roi: Buffer.concat(pixels) };
}

/** Paths and bytes of made bins by id, in one folder. */
export function binFiles(
  folder: string,
  bins: { readonly [id: string]: MadeBin },
): { [path: string]: string | Uint8Array } {
  return Object.fromEntries(
    Object.entries(bins).flatMap(([id, { adc, hdr, roi }]) => [
      [`${folder}/${id}.adc`, adc],
      [`${folder}/${id}.hdr`, hdr],
      [`${folder}/${id}.roi`, roi],
    ]),
  );
}
