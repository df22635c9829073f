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
// halves the work twice. Two neighbours are done at once, so that a root that was read serves both.
export function oddRadix(stage: OddStage, from: Complex, to: Complex, stride: number): void {
  const { radix, rest, turnRe, turnIm, rootRe, rootIm } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const half = (radix - 1) / 2;
  // Per pair of opposite elements: its sum, then its difference; of both neighbours.
  const pairs = new Float64Array(8 * half);
  const step = rest * stride;
  for (let p = 0; p < rest; p++) {
    const turn = p * radix;
    for (let q = 0; q < stride; q += 2) {
      // A last one without a neighbour is done twice.
      const next = q + 1 < stride ? 1 : 0;
      const first = p * stride + q;
      const zeroRe = re[first]!;
      const zeroIm = im[first]!;
      const nextRe = re[first + next]!;
      const nextIm = im[first + next]!;
      let allRe = zeroRe;
      let allIm = zeroIm;
      let allNextRe = nextRe;
      let allNextIm = nextIm;
      let b = first + (radix - 1) * step;
      for (let k = 0, a = first + step; k < pairs.length; k += 8, a += step, b -= step) {
        const sRe = re[a]! + re[b]!;
        const sIm = im[a]! + im[b]!;
        const sNextRe = re[a + next]! + re[b + next]!;
        const sNextIm = im[a + next]! + im[b + next]!;
        pairs[k] = sRe;
        pairs[k + 1] = sIm;
        pairs[k + 2] = re[a]! - re[b]!;
        pairs[k + 3] = im[a]! - im[b]!;
        pairs[k + 4] = sNextRe;
        pairs[k + 5] = sNextIm;
        pairs[k + 6] = re[a + next]! - re[b + next]!;
        pairs[k + 7] = im[a + next]! - im[b + next]!;
        allRe += sRe;
        allIm += sIm;
        allNextRe += sNextRe;
        allNextIm += sNextIm;
      }
      const out = turn * stride + q;
      outRe[out] = allRe;
      outIm[out] = allIm;
      outRe[out + next] = allNextRe;
      outIm[out + next] = allNextIm;
      for (let j = 1, root = 0; j <= half; j++) {
        let cosRe = zeroRe;
        let cosIm = zeroIm;
        let sinRe = 0;
        let sinIm = 0;
        let cosNextRe = nextRe;
        let cosNextIm = nextIm;
        let sinNextRe = 0;
        let sinNextIm = 0;
        for (let k = 0; k < pairs.length; k += 8, root++) {
          const c = rootRe[root]!;
          const s = rootIm[root]!;
          cosRe += c * pairs[k]!;
          cosIm += c * pairs[k + 1]!;
          sinRe += s * pairs[k + 2]!;
          sinIm += s * pairs[k + 3]!;
          cosNextRe += c * pairs[k + 4]!;
          cosNextIm += c * pairs[k + 5]!;
          sinNextRe += s * pairs[k + 6]!;
          sinNextIm += s * pairs[k + 7]!;
        }
        const lowC = turnRe[turn + j]!;
        const lowS = turnIm[turn + j]!;
        const low = out + j * stride;
        outRe[low] = (cosRe - sinIm) * lowC - (cosIm + sinRe) * lowS;
        outIm[low] = (cosRe - sinIm) * lowS + (cosIm + sinRe) * lowC;
        outRe[low + next] = (cosNextRe - sinNextIm) * lowC - (cosNextIm + sinNextRe) * lowS;
        outIm[low + next] = (cosNextRe - sinNextIm) * lowS + (cosNextIm + sinNextRe) * lowC;
        const highC = turnRe[turn + radix - j]!;
        const highS = turnIm[turn + radix - j]!;
        const high = out + (radix - j) * stride;
        outRe[high] = (cosRe + sinIm) * highC - (cosIm - sinRe) * highS;
        outIm[high] = (cosRe + sinIm) * highS + (cosIm - sinRe) * highC;
        outRe[high + next] = (cosNextRe + sinNextIm) * highC - (cosNextIm - sinNextRe) * highS;
        outIm[high + next] = (cosNextRe + sinNextIm) * highS + (cosNextIm - sinNextRe) * highC;
      }
    }
  }
}
