import type { Stage } from './butterflies.ts';
import type { Complex } from './complex.ts';

/** A stage of a small odd prime. */
export interface OddStage extends Stage {
  /** cos and sin of 2 pi j k / radix for j, k in 1..(radix - 1) / 2. */
  readonly rootRe: Float64Array;
  readonly rootIm: Float64Array;
}

/** The roots of a small odd prime. */
export function withRoots(stage: Stage): OddStage {
  const half = (stage.radix - 1) / 2;
  const rootRe = new Float64Array(half * half);
  const rootIm = new Float64Array(half * half);
  for (let j = 1; j <= half; j++) {
    for (let k = 1; k <= half; k++) {
      const angle = (2 * Math.PI * ((j * k) % stage.radix)) / stage.radix;
      rootRe[(j - 1) * half + k - 1] = Math.cos(angle);
      rootIm[(j - 1) * half + k - 1] = Math.sin(angle);
    }
  }
  return { ...stage, rootRe, rootIm };
}

// Elements k and radix - k are turned by opposite angles: their sum meets only cosines, their difference only sines, which
// halves the work twice.
export function oddRadix(stage: OddStage, from: Complex, to: Complex, stride: number): void {
  const { radix, rest, turnRe, turnIm, rootRe, rootIm } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const half = (radix - 1) / 2;
  // Per pair of opposite elements: its sum, then its difference.
  const pairs = new Float64Array(4 * half);
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
        pairs[4 * k] = sRe;
        pairs[4 * k + 1] = sIm;
        pairs[4 * k + 2] = re[a]! - re[b]!;
        pairs[4 * k + 3] = im[a]! - im[b]!;
        allRe += sRe;
        allIm += sIm;
      }
      const out = p * radix * stride + q;
      outRe[out] = allRe;
      outIm[out] = allIm;
      for (let j = 1, root = 0; j <= half; j++) {
        let cosRe = zeroRe;
        let cosIm = zeroIm;
        let sinRe = 0;
        let sinIm = 0;
        for (let k = 0; k < pairs.length; k += 4, root++) {
          const c = rootRe[root]!;
          const s = rootIm[root]!;
          cosRe += c * pairs[k]!;
          cosIm += c * pairs[k + 1]!;
          sinRe += s * pairs[k + 2]!;
          sinIm += s * pairs[k + 3]!;
        }
        const low = p * radix + j;
        const lowRe = cosRe - sinIm;
        const lowIm = cosIm + sinRe;
        const lowAt = out + j * stride;
        outRe[lowAt] = lowRe * turnRe[low]! - lowIm * turnIm[low]!;
        outIm[lowAt] = lowRe * turnIm[low]! + lowIm * turnRe[low]!;
        const high = low + radix - 2 * j;
        const highRe = cosRe + sinIm;
        const highIm = cosIm - sinRe;
        const highAt = out + (radix - j) * stride;
        outRe[highAt] = highRe * turnRe[high]! - highIm * turnIm[high]!;
        outIm[highAt] = highRe * turnIm[high]! + highIm * turnRe[high]!;
      }
    }
  }
}
