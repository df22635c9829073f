import type { Stage } from './butterflies.ts';
import type { Complex } from './complex.ts';

const cosOne = Math.cos((2 * Math.PI) / 5);
const cosTwo = Math.cos((4 * Math.PI) / 5);
const sinOne = Math.sin((2 * Math.PI) / 5);
const sinTwo = Math.sin((4 * Math.PI) / 5);

export function radix5({ rest, turnRe, turnIm }: Stage, from: Complex, to: Complex, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const step = rest * stride;
  for (let p = 0; p < rest; p++) {
    const turn = 5 * p;
    const c1 = turnRe[turn + 1]!;
    const c2 = turnRe[turn + 2]!;
    const c3 = turnRe[turn + 3]!;
    const c4 = turnRe[turn + 4]!;
    const s1 = turnIm[turn + 1]!;
    const s2 = turnIm[turn + 2]!;
    const s3 = turnIm[turn + 3]!;
    const s4 = turnIm[turn + 4]!;
    const last = (p + 1) * stride;
    for (let a = p * stride, at = turn * stride; a < last; a++, at++) {
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const e = d + step;
      // Opposite elements: their sums meet only cosines, their differences only sines.
      const outerRe = re[b]! + re[e]!;
      const outerIm = im[b]! + im[e]!;
      const innerRe = re[c]! + re[d]!;
      const innerIm = im[c]! + im[d]!;
      const wideRe = re[b]! - re[e]!;
      const wideIm = im[b]! - im[e]!;
      const slimRe = re[c]! - re[d]!;
      const slimIm = im[c]! - im[d]!;
      const nearRe = re[a]! + cosOne * outerRe + cosTwo * innerRe;
      const nearIm = im[a]! + cosOne * outerIm + cosTwo * innerIm;
      const farRe = re[a]! + cosTwo * outerRe + cosOne * innerRe;
      const farIm = im[a]! + cosTwo * outerIm + cosOne * innerIm;
      const nearSideRe = sinOne * wideIm + sinTwo * slimIm;
      const nearSideIm = sinOne * wideRe + sinTwo * slimRe;
      const farSideRe = sinTwo * wideIm - sinOne * slimIm;
      const farSideIm = sinTwo * wideRe - sinOne * slimRe;
      outRe[at] = re[a]! + outerRe + innerRe;
      outIm[at] = im[a]! + outerIm + innerIm;
      const oneRe = nearRe - nearSideRe;
      const oneIm = nearIm + nearSideIm;
      const fourRe = nearRe + nearSideRe;
      const fourIm = nearIm - nearSideIm;
      const twoRe = farRe - farSideRe;
      const twoIm = farIm + farSideIm;
      const threeRe = farRe + farSideRe;
      const threeIm = farIm - farSideIm;
      outRe[at + stride] = oneRe * c1 - oneIm * s1;
      outIm[at + stride] = oneRe * s1 + oneIm * c1;
      outRe[at + 2 * stride] = twoRe * c2 - twoIm * s2;
      outIm[at + 2 * stride] = twoRe * s2 + twoIm * c2;
      outRe[at + 3 * stride] = threeRe * c3 - threeIm * s3;
      outIm[at + 3 * stride] = threeRe * s3 + threeIm * c3;
      outRe[at + 4 * stride] = fourRe * c4 - fourIm * s4;
      outIm[at + 4 * stride] = fourRe * s4 + fourIm * c4;
    }
  }
}
