import { type Complex, complex, exchanged } from './complex.ts';
import { Fft } from './fft.ts';
import { FilterBank, orientationCount, scaleCount } from './log-gabor.ts';
import { median } from './median.ts';

const epsilon = 1e-4;
const noiseDeviations = 2;
const spreadCutoff = 0.3;
const spreadGain = 5;
const waveRatio = 2.5;
/** Prepared transforms that are kept: a large prime holds room for a whole image. */
const keptPlans = 32;

/** Phase congruency of gray images: how much of an edge or corner each pixel is, whatever the contrast. */
export class PhaseCongruency {
  readonly #plans = new Map<number, Fft>();
  readonly #bank = new FilterBank();
  #room = new Room(0);

  /**
   * The sum of the two moments of phase congruency, M + m, row by row.
   *
   * Source: P. Kovesi, "Phase Congruency Detects Corners and Edges" (2003), phasecong3 with 4 scales, 6 orientations,
   * shortest wave 2, ratio 2.5, sigma 0.55, k 2, cut-off 0.3, g 5, noise by the median. The two square roots of M and m
   * cancel, so the sum is that of the squared congruences over half the number of orientations.
   */
  moments(pixels: Uint8Array, width: number, height: number): Float64Array {
    const size = width * height;
    this.#bank.fit(width, height);
    if (this.#room.size < size) this.#room = new Room(size);
    const room = this.#room;
    const [across, down] = [this.#plan(width), this.#plan(height)];
    // Each orientation is filtered with columns and rows as they are or exchanged, whichever leaves more of them empty.
    const upright: View = { width, height, rowStep: width, columnStep: 1, rows: across, columns: down };
    const turned: View = { width: height, height: width, rowStep: 1, columnStep: width, rows: down, columns: across };
    const spectrum = transform(pixels, upright, room);
    room.sum.fill(0, 0, size);
    const sum = new Float64Array(size);
    for (const [orientation, { isTurned }] of this.#bank.spans.entries()) {
      const tau = respond(spectrum, this.#bank, { orientation, view: isTurned ? turned : upright }, room);
      addCongruence(room.responses, tau, isTurned ? sum : room.sum.subarray(0, size));
    }
    for (let x = 0, from = 0; x < width; x++)
      for (let at = x; at < size; at += width, from++) sum[at] = sum[at]! + room.sum[from]!;
    return sum;
  }

  #plan(length: number): Fft {
    const known = this.#plans.get(length);
    if (known !== undefined) return known;
    const oldest = this.#plans.keys().next();
    if (this.#plans.size >= keptPlans && oldest.done !== true) this.#plans.delete(oldest.value);
    const made = new Fft(length);
    this.#plans.set(length, made);
    return made;
  }
}

/** How the frequency plane is walked: as it lies, or with rows and columns exchanged. */
interface View {
  readonly width: number;
  readonly height: number;
  readonly rowStep: number;
  readonly columnStep: number;
  readonly rows: Fft;
  readonly columns: Fft;
}

/** What images of up to `size` pixels are worked on in; nothing in it outlives an image. */
class Room {
  readonly size: number;
  /** Of one orientation, per scale: the even and the odd answer, at [x * height + y] of the view. */
  readonly responses: Complex[];
  readonly work: [Complex, Complex];
  readonly spectrum: readonly [Complex, Complex];
  readonly sort: Float64Array;
  readonly sum: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.responses = Array.from({ length: scaleCount }, () => complex(size));
    this.work = [complex(size), complex(size)];
    this.spectrum = [complex(size), complex(size)];
    this.sort = new Float64Array(size);
    this.sum = new Float64Array(size);
  }
}

/** The image's spectrum over its number of pixels, at [ky * width + kx]. */
function transform(pixels: Uint8Array, { width, height, rows, columns }: View, { work, spectrum }: Room): Complex {
  const [first, second] = work;
  first.im.fill(0, 0, pixels.length);
  for (let y = 0, from = 0; y < height; y++)
    for (let at = y; at < pixels.length; at += height, from++) first.re[at] = pixels[from]! / pixels.length;
  const across = exchanged(rows.inverse(exchanged(first), exchanged(second), height));
  const [values, spare] = spectrum;
  for (let x = 0, from = 0; x < width; x++) {
    for (let at = x; at < pixels.length; at += width, from++) {
      values.re[at] = across.re[from]!;
      values.im[at] = across.im[from]!;
    }
  }
  return exchanged(columns.inverse(exchanged(values), exchanged(spare), width));
}

/** Filters the spectrum at every scale of one orientation; gives Rayleigh's tau of the finest one. */
function respond(
  spectrum: Complex,
  bank: FilterBank,
  { orientation, view }: { readonly orientation: number; readonly view: View },
  { responses, work, sort }: Room,
): number {
  const { width, height, rowStep, columnStep, rows, columns } = view;
  const angular = bank.angular[orientation]!;
  const { from, to } = bank.spans[orientation]!;
  const count = to - from;
  for (let scale = 0; scale < scaleCount; scale++) {
    const radial = bank.radial[scale]!;
    const [values, spare] = work;
    for (let ky = 0, at = 0; ky < height; ky++) {
      for (let kx = from, source = ky * rowStep + from * columnStep; kx < to; kx++, at++, source += columnStep) {
        const gain = radial[source]! * angular[source]!;
        values.re[at] = spectrum.re[source]! * gain;
        values.im[at] = spectrum.im[source]! * gain;
      }
    }
    // Columns that the filter leaves empty need no transform.
    const down = columns.inverse(values, spare, count);
    const held = responses[scale]!;
    turnInto(down, held, { count, from, width, height });
    const response = rows.inverse(held, values, height);
    if (response === held) continue;
    // It came to lie in the room for work, which takes the other one instead.
    responses[scale] = response;
    work[0] = held;
  }
  const size = width * height;
  const { re, im } = responses[0]!;
  for (let at = 0; at < size; at++) sort[at] = Math.sqrt(re[at]! * re[at]! + im[at]! * im[at]!);
  return median(sort.subarray(0, size)) / Math.sqrt(Math.log(4));
}

/** Adds the squared congruence of one orientation, over half the number of orientations. */
function addCongruence(responses: readonly Complex[], tau: number, sum: Float64Array): void {
  const total = (tau * (1 - (1 / waveRatio) ** scaleCount)) / (1 - 1 / waveRatio);
  const mean = total * Math.sqrt(Math.PI / 2);
  const deviation = total * Math.sqrt((4 - Math.PI) / 2);
  const noise = Math.max(mean + noiseDeviations * deviation, epsilon);
  const [{ re: e0, im: o0 }, { re: e1, im: o1 }, { re: e2, im: o2 }, { re: e3, im: o3 }] = responses as [
    Complex,
    Complex,
    Complex,
    Complex,
  ];
  for (let at = 0; at < sum.length; at++) {
    const evenSum = e0[at]! + e1[at]! + e2[at]! + e3[at]!;
    const oddSum = o0[at]! + o1[at]! + o2[at]! + o3[at]!;
    const square = evenSum * evenSum + oddSum * oddSum;
    // Agreement is less than the root of this: what is noise by it alone needs no root.
    if (square <= noise * noise) continue;
    const inverse = 1 / (Math.sqrt(square) + epsilon);
    const meanEven = evenSum * inverse;
    const meanOdd = oddSum * inverse;
    const agreement =
      evenSum * meanEven +
      oddSum * meanOdd -
      Math.abs(e0[at]! * meanOdd - o0[at]! * meanEven) -
      Math.abs(e1[at]! * meanOdd - o1[at]! * meanEven) -
      Math.abs(e2[at]! * meanOdd - o2[at]! * meanEven) -
      Math.abs(e3[at]! * meanOdd - o3[at]! * meanEven);
    if (!(agreement > noise)) continue;
    const a0 = Math.sqrt(e0[at]! * e0[at]! + o0[at]! * o0[at]!);
    const a1 = Math.sqrt(e1[at]! * e1[at]! + o1[at]! * o1[at]!);
    const a2 = Math.sqrt(e2[at]! * e2[at]! + o2[at]! * o2[at]!);
    const a3 = Math.sqrt(e3[at]! * e3[at]! + o3[at]! * o3[at]!);
    const amplitude = a0 + a1 + a2 + a3;
    const width = (amplitude / (Math.max(a0, a1, a2, a3) + epsilon) - 1) / (scaleCount - 1);
    const unweighted = 1 + Math.exp(spreadGain * (spreadCutoff - width));
    const congruence = (agreement - noise) / (unweighted * amplitude);
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
