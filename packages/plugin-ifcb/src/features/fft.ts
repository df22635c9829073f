/** Complex values in two arrays, as the transform reads and leaves them. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Room for `length` complex values, all zero. */
export function complex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

// One factor of the length: butterflies of this radix, over `rest` groups, each turned by its own angles.
interface Stage {
  readonly radix: number;
  readonly rest: number;
  /** cos and sin of 2 pi p j / (radix * rest), at [p * radix + j]. */
  readonly turnRe: Float64Array;
  readonly turnIm: Float64Array;
  /** cos and sin of 2 pi j k / radix for j, k in 1..(radix - 1) / 2; empty where the radix has a loop of its own. */
  readonly rootRe: Float64Array;
  readonly rootIm: Float64Array;
}

/**
 * An inverse Fourier transform of any length, not divided by the length, of many vectors side by side.
 *
 * Element k of vector v lies at [k * vectors + v], so that the innermost loops run over neighbours with one factor held
 * still. Lengths are never padded: the result is the transform of that very length. Method: Stockham's autosort with
 * radix 4, 2 and any odd prime, where a prime p costs about p / 4 times what its neighbours of radix 2 cost.
 *
 * The forward transform is this one with `re` and `im` exchanged, before and after.
 */
export class Fft {
  readonly length: number;
  readonly #stages: readonly Stage[];

  constructor(length: number) {
    this.length = length;
    const stages: Stage[] = [];
    for (let rest = length; rest > 1; ) {
      const radix = rest % 4 === 0 ? 4 : smallestFactor(rest);
      rest /= radix;
      stages.push(makeStage(radix, rest));
    }
    this.#stages = stages;
  }

  /** Transforms `vectors` vectors; both arguments are overwritten, and the one that holds the result is returned. */
  inverse(values: Complex, spare: Complex, vectors: number): Complex {
    let [from, to] = [values, spare];
    let stride = vectors;
    for (const stage of this.#stages) {
      if (stage.radix === 4) radix4(stage, from, to, stride);
      else if (stage.radix === 2) radix2(stage, from, to, stride);
      else oddRadix(stage, from, to, stride);
      stride *= stage.radix;
      [from, to] = [to, from];
    }
    return from;
  }
}

function radix2({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  for (let p = 0; p < rest; p++) {
    const c = turnRe[2 * p + 1]!;
    const s = turnIm[2 * p + 1]!;
    let a = p * stride;
    let b = a + rest * stride;
    let low = 2 * p * stride;
    let high = low + stride;
    for (let q = 0; q < stride; q++, a++, b++, low++, high++) {
      const dRe = re[a]! - re[b]!;
      const dIm = im[a]! - im[b]!;
      outRe[low] = re[a]! + re[b]!;
      outIm[low] = im[a]! + im[b]!;
      outRe[high] = dRe * c - dIm * s;
      outIm[high] = dRe * s + dIm * c;
    }
  }
}

function radix4({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const step = rest * stride;
  for (let p = 0; p < rest; p++) {
    const [c1, c2, c3] = [turnRe[4 * p + 1]!, turnRe[4 * p + 2]!, turnRe[4 * p + 3]!];
    const [s1, s2, s3] = [turnIm[4 * p + 1]!, turnIm[4 * p + 2]!, turnIm[4 * p + 3]!];
    const first = p * stride;
    const last = first + stride;
    let at = 4 * p * stride;
    for (let a = first; a < last; a++, at++) {
      const evenRe = re[a]! + re[a + 2 * step]!;
      const evenIm = im[a]! + im[a + 2 * step]!;
      const unevenRe = re[a]! - re[a + 2 * step]!;
      const unevenIm = im[a]! - im[a + 2 * step]!;
      const oddRe = re[a + step]! + re[a + 3 * step]!;
      const oddIm = im[a + step]! + im[a + 3 * step]!;
      // i times the difference: the inverse transform turns counter-clockwise.
      const turnedRe = im[a + 3 * step]! - im[a + step]!;
      const turnedIm = re[a + step]! - re[a + 3 * step]!;
      outRe[at] = evenRe + oddRe;
      outIm[at] = evenIm + oddIm;
      const oneRe = unevenRe + turnedRe;
      const oneIm = unevenIm + turnedIm;
      outRe[at + stride] = oneRe * c1 - oneIm * s1;
      outIm[at + stride] = oneRe * s1 + oneIm * c1;
      const twoRe = evenRe - oddRe;
      const twoIm = evenIm - oddIm;
      outRe[at + 2 * stride] = twoRe * c2 - twoIm * s2;
      outIm[at + 2 * stride] = twoRe * s2 + twoIm * c2;
      const threeRe = unevenRe - turnedRe;
      const threeIm = unevenIm - turnedIm;
      outRe[at + 3 * stride] = threeRe * c3 - threeIm * s3;
      outIm[at + 3 * stride] = threeRe * s3 + threeIm * c3;
    }
  }
}

// Elements k and radix - k are turned by opposite angles: their sum meets only cosines, their difference only sines, which
// halves the work twice.
function oddRadix(stage: Stage, from: Complex, to: Complex, stride: number): void {
  const { radix, rest, turnRe, turnIm, rootRe, rootIm } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const half = (radix - 1) / 2;
  const sumRe = new Float64Array(half);
  const sumIm = new Float64Array(half);
  const differenceRe = new Float64Array(half);
  const differenceIm = new Float64Array(half);
  const step = rest * stride;
  for (let p = 0; p < rest; p++) {
    for (let q = 0; q < stride; q++) {
      const first = p * stride + q;
      const zeroRe = re[first]!;
      const zeroIm = im[first]!;
      let allRe = zeroRe;
      let allIm = zeroIm;
      for (let k = 0, a = first + step, b = first + (radix - 1) * step; k < half; k++, a += step, b -= step) {
        const sRe = re[a]! + re[b]!;
        const sIm = im[a]! + im[b]!;
        sumRe[k] = sRe;
        sumIm[k] = sIm;
        differenceRe[k] = re[a]! - re[b]!;
        differenceIm[k] = im[a]! - im[b]!;
        allRe += sRe;
        allIm += sIm;
      }
      const out = p * radix * stride + q;
      outRe[out] = allRe;
      outIm[out] = allIm;
      for (let j = 1, root = 0; j <= half; j++) {
        let [cosRe, cosIm, sinRe, sinIm] = [zeroRe, zeroIm, 0, 0];
        for (let k = 0; k < half; k++, root++) {
          const c = rootRe[root]!;
          const s = rootIm[root]!;
          cosRe += c * sumRe[k]!;
          cosIm += c * sumIm[k]!;
          sinRe += s * differenceRe[k]!;
          sinIm += s * differenceIm[k]!;
        }
        write(out + j * stride, cosRe - sinIm, cosIm + sinRe, p * radix + j);
        write(out + (radix - j) * stride, cosRe + sinIm, cosIm - sinRe, p * radix + radix - j);
      }
    }
  }

  function write(at: number, valueRe: number, valueIm: number, turn: number): void {
    const c = turnRe[turn]!;
    const s = turnIm[turn]!;
    outRe[at] = valueRe * c - valueIm * s;
    outIm[at] = valueRe * s + valueIm * c;
  }
}

function makeStage(radix: number, rest: number): Stage {
  const length = radix * rest;
  const turnRe = new Float64Array(length);
  const turnIm = new Float64Array(length);
  for (let p = 0; p < rest; p++) {
    for (let j = 0; j < radix; j++) {
      // The remainder keeps the angle small, where cos and sin are exact to the last digit.
      const angle = (2 * Math.PI * ((p * j) % length)) / length;
      turnRe[p * radix + j] = Math.cos(angle);
      turnIm[p * radix + j] = Math.sin(angle);
    }
  }
  const half = radix % 2 === 1 ? (radix - 1) / 2 : 0;
  const rootRe = new Float64Array(half * half);
  const rootIm = new Float64Array(half * half);
  for (let j = 1; j <= half; j++) {
    for (let k = 1; k <= half; k++) {
      const angle = (2 * Math.PI * ((j * k) % radix)) / radix;
      rootRe[(j - 1) * half + k - 1] = Math.cos(angle);
      rootIm[(j - 1) * half + k - 1] = Math.sin(angle);
    }
  }
  return { radix, rest, turnRe, turnIm, rootRe, rootIm };
}

function smallestFactor(value: number): number {
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return factor;
  return value;
}
