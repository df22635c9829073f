import { type Complex, complex, exchanged } from './complex.ts';
import { Fft } from './fft.ts';
import { type FilterBank, makeFilterBank, orientationCount, scaleCount } from './log-gabor.ts';
import { median } from './median.ts';

const epsilon = 1e-4;
const noiseDeviations = 2;
const spreadCutoff = 0.3;
const spreadGain = 5;
const waveRatio = 2.5;

/** What one size of image needs; images come in few sizes after each other, so the last one is kept. */
interface Bench {
  readonly bank: FilterBank;
  readonly rows: Fft;
  readonly columns: Fft;
}

/** Phase congruency of gray images: how much of an edge or corner each pixel is, whatever the contrast. */
export class PhaseCongruency {
  readonly #benches = new Map<string, Bench>();
  readonly #kept: number;
  #room = new Room(0);

  /** Keeps the filters of the last `kept` sizes. */
  constructor({ kept = 8 }: { readonly kept?: number } = {}) {
    this.#kept = kept;
  }

  /**
   * The sum of the two moments of phase congruency, M + m, row by row.
   *
   * Source: P. Kovesi, "Phase Congruency Detects Corners and Edges" (2003), phasecong3 with 4 scales, 6 orientations,
   * shortest wave 2, ratio 2.5, sigma 0.55, k 2, cut-off 0.3, g 5, noise by the median. The two square roots of M and m
   * cancel, so the sum is that of the squared congruences over half the number of orientations.
   */
  moments(pixels: Uint8Array, width: number, height: number): Float64Array {
    const bench = this.#benchFor(width, height);
    const spectrum = transform(pixels, bench);
    if (this.#room.size < pixels.length) this.#room = new Room(pixels.length);
    const room = this.#room;
    const sum = new Float64Array(width * height);
    for (let orientation = 0; orientation < orientationCount; orientation++) {
      const tau = respond(spectrum, bench, orientation, room);
      addCongruence(room, tau, sum);
    }
    return transposed(sum, width, height);
  }

  #benchFor(width: number, height: number): Bench {
    const key = `${width}x${height}`;
    const known = this.#benches.get(key);
    if (known !== undefined) return known;
    const oldest = this.#benches.keys().next();
    if (this.#benches.size >= this.#kept && oldest.done !== true) this.#benches.delete(oldest.value);
    const made = { bank: makeFilterBank(width, height), rows: new Fft(width), columns: new Fft(height) };
    this.#benches.set(key, made);
    return made;
  }
}

/** What one orientation's responses are gathered in, for images of up to `size` pixels; planes are [x * height + y]. */
class Room {
  readonly size: number;
  readonly even: readonly Float64Array[];
  readonly odd: readonly Float64Array[];
  readonly amplitudes: Float64Array;
  readonly largest: Float64Array;
  readonly sort: Float64Array;
  readonly work: readonly [Complex, Complex];

  constructor(size: number) {
    this.size = size;
    this.even = Array.from({ length: scaleCount }, () => new Float64Array(size));
    this.odd = Array.from({ length: scaleCount }, () => new Float64Array(size));
    this.amplitudes = new Float64Array(size);
    this.largest = new Float64Array(size);
    this.sort = new Float64Array(size);
    this.work = [complex(size), complex(size)];
  }
}

/** The image's spectrum over its number of pixels, at [ky * width + kx]. */
function transform(pixels: Uint8Array, { bank: { width, height }, rows, columns }: Bench): Complex {
  const [first, second] = [complex(pixels.length), complex(pixels.length)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) first.re[x * height + y] = pixels[y * width + x]! / pixels.length;
  const acrossRows = rows.inverse(exchanged(first), exchanged(second), height);
  const across = {
    re: transposed(acrossRows.re, width, height),
    im: transposed(acrossRows.im, width, height),
  };
  return exchanged(columns.inverse(across, complex(pixels.length), width));
}

/** Filters the spectrum at every scale of one orientation; gives Rayleigh's tau of the finest one. */
function respond(spectrum: Complex, { bank, rows, columns }: Bench, orientation: number, room: Room): number {
  const { width, height } = bank;
  const angular = bank.angular[orientation]!;
  const [from, to] = bank.columns[orientation]!;
  const count = to - from;
  const size = width * height;
  const { amplitudes, largest } = room;
  let tau = 0;
  for (let scale = 0; scale < scaleCount; scale++) {
    const radial = bank.radial[scale]!;
    const [values, spare] = room.work;
    for (let ky = 0, at = 0; ky < height; ky++) {
      for (let kx = from, source = ky * width + from; kx < to; kx++, at++, source++) {
        const gain = radial[source]! * angular[source]!;
        values.re[at] = spectrum.re[source]! * gain;
        values.im[at] = spectrum.im[source]! * gain;
      }
    }
    // Columns that the filter leaves empty need no transform.
    const down = columns.inverse(values, spare, count);
    const turned = down === values ? spare : values;
    turnInto(down, turned, { count, from, width, height });
    const { re, im } = rows.inverse(turned, down, height);
    const [even, odd] = [room.even[scale]!, room.odd[scale]!];
    for (let at = 0; at < size; at++) {
      const e = re[at]!;
      const o = im[at]!;
      even[at] = e;
      odd[at] = o;
      const amplitude = Math.sqrt(e * e + o * o);
      if (scale === 0) {
        amplitudes[at] = amplitude;
        largest[at] = amplitude;
      } else {
        amplitudes[at] = amplitudes[at]! + amplitude;
        if (amplitude > largest[at]!) largest[at] = amplitude;
      }
    }
    if (scale === 0) {
      room.sort.set(amplitudes.subarray(0, size));
      tau = median(room.sort.subarray(0, size)) / Math.sqrt(Math.log(4));
    }
  }
  return tau;
}

/** Adds the squared congruence of one orientation, over half the number of orientations. */
function addCongruence({ even, odd, amplitudes, largest }: Room, tau: number, sum: Float64Array): void {
  const total = (tau * (1 - (1 / waveRatio) ** scaleCount)) / (1 - 1 / waveRatio);
  const mean = total * Math.sqrt(Math.PI / 2);
  const deviation = total * Math.sqrt((4 - Math.PI) / 2);
  const noise = Math.max(mean + noiseDeviations * deviation, epsilon);
  const [e0, e1, e2, e3] = even as readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  const [o0, o1, o2, o3] = odd as readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let at = 0; at < sum.length; at++) {
    const evenSum = e0[at]! + e1[at]! + e2[at]! + e3[at]!;
    const oddSum = o0[at]! + o1[at]! + o2[at]! + o3[at]!;
    const energy = Math.sqrt(evenSum * evenSum + oddSum * oddSum) + epsilon;
    const meanEven = evenSum / energy;
    const meanOdd = oddSum / energy;
    const agreement =
      evenSum * meanEven +
      oddSum * meanOdd -
      Math.abs(e0[at]! * meanOdd - o0[at]! * meanEven) -
      Math.abs(e1[at]! * meanOdd - o1[at]! * meanEven) -
      Math.abs(e2[at]! * meanOdd - o2[at]! * meanEven) -
      Math.abs(e3[at]! * meanOdd - o3[at]! * meanEven);
    // Most pixels are noise; what follows is only for the others.
    if (!(agreement > noise)) continue;
    const width = (amplitudes[at]! / (largest[at]! + epsilon) - 1) / (scaleCount - 1);
    const weight = 1 / (1 + Math.exp(spreadGain * (spreadCutoff - width)));
    const congruence = (weight * (agreement - noise)) / amplitudes[at]!;
    sum[at] = sum[at]! + (congruence * congruence) / (orientationCount / 2);
  }
}

interface Turn {
  readonly count: number;
  readonly from: number;
  readonly width: number;
  readonly height: number;
}

/** Writes [y * count + kx - from] as [kx * height + y], with zeros for the columns left out. */
function turnInto(source: Complex, target: Complex, { count, from, width, height }: Turn): void {
  for (const [values, out] of [
    [source.re, target.re],
    [source.im, target.im],
  ] as const) {
    out.fill(0, 0, from * height);
    out.fill(0, (from + count) * height, width * height);
    for (let y = 0, at = 0; y < height; y++)
      for (let kx = from; kx < from + count; kx++, at++) out[kx * height + y] = values[at]!;
  }
}

/** [x * height + y] as [y * width + x]. */
function transposed(values: Float64Array, width: number, height: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let x = 0, at = 0; x < width; x++) for (let y = 0; y < height; y++, at++) out[y * width + x] = values[at]!;
  return out;
}
