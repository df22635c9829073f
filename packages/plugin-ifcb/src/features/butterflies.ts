import type { Complex } from './complex.ts';

/**
 * One factor of a transform's length: butterflies of this radix, over `rest` groups, each turned by its own angles.
 *
 * Element k of group p of vector q is read at [(p + rest * k) * stride + q] and written at [(radix * p + k) * stride + q].
 */
export interface Stage {
  readonly radix: number;
  readonly rest: number;
  /** cos and sin of 2 pi p j / (radix * rest), at [p * radix + j]. */
  readonly turnRe: Float64Array;
  readonly turnIm: Float64Array;
}

export function radix2({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
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

export function radix4({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
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

const cos3 = -0.5;
const sin3 = Math.sqrt(3) / 2;

export function radix3({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const step = rest * stride;
  for (let p = 0; p < rest; p++) {
    const c1 = turnRe[3 * p + 1]!;
    const c2 = turnRe[3 * p + 2]!;
    const s1 = turnIm[3 * p + 1]!;
    const s2 = turnIm[3 * p + 2]!;
    const last = (p + 1) * stride;
    for (let a = p * stride, at = 3 * p * stride; a < last; a++, at++) {
      const b = a + step;
      const c = b + step;
      const sumRe = re[b]! + re[c]!;
      const sumIm = im[b]! + im[c]!;
      const sideRe = sin3 * (im[b]! - im[c]!);
      const sideIm = sin3 * (re[b]! - re[c]!);
      const baseRe = re[a]! + cos3 * sumRe;
      const baseIm = im[a]! + cos3 * sumIm;
      outRe[at] = re[a]! + sumRe;
      outIm[at] = im[a]! + sumIm;
      const oneRe = baseRe - sideRe;
      const oneIm = baseIm + sideIm;
      outRe[at + stride] = oneRe * c1 - oneIm * s1;
      outIm[at + stride] = oneRe * s1 + oneIm * c1;
      const twoRe = baseRe + sideRe;
      const twoIm = baseIm - sideIm;
      outRe[at + 2 * stride] = twoRe * c2 - twoIm * s2;
      outIm[at + 2 * stride] = twoRe * s2 + twoIm * c2;
    }
  }
}
