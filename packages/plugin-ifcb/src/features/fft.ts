import { radix2, radix3, radix4, type Stage } from './butterflies.ts';
import type { Complex } from './complex.ts';
import { type OddStage, oddRadix, withRoots } from './odd-radix.ts';
import { radix5 } from './radix5.ts';
import { rader, type RaderStage, withPowers } from './rader.ts';

// Up to here the butterflies of a prime are done one by one, above as a convolution.
const largestOddRadix = 31;

const ownLoops = new Map([
  [2, radix2],
  [3, radix3],
  [4, radix4],
  [5, radix5],
]);

/** Does one stage: reads `from`, writes `to`. */
type Pass = (from: Complex, to: Complex, stride: number) => void;

/**
 * An inverse Fourier transform of any length, not divided by the length, of many vectors side by side.
 *
 * Element k of vector v lies at [k * vectors + v], so that the innermost loops run over neighbours with one factor held
 * still. Lengths are never padded: the result is the transform of that very length. Method: Stockham's autosort with
 * radix 4, 2 and odd primes; large primes by Rader. The forward transform is this one between two `exchanged`.
 */
export class Fft {
  readonly #passes: readonly { readonly radix: number; readonly run: Pass }[];

  constructor(length: number) {
    const passes: { radix: number; run: Pass }[] = [];
    for (let rest = length; rest > 1; ) {
      const radix = rest % 4 === 0 ? 4 : smallestFactor(rest);
      rest /= radix;
      passes.push({ radix, run: passOf(turned(radix, rest)) });
    }
    this.#passes = passes;
  }

  /** Transforms `vectors` vectors; both arguments are overwritten, and the one that holds the result is returned. */
  inverse(values: Complex, spare: Complex, vectors: number): Complex {
    let [from, to] = [values, spare];
    let stride = vectors;
    for (const { radix, run } of this.#passes) {
      run(from, to, stride);
      stride *= radix;
      [from, to] = [to, from];
    }
    return from;
  }
}

function passOf(stage: Stage): Pass {
  const own = ownLoops.get(stage.radix);
  if (own !== undefined) return (from, to, stride) => own(stage, from, to, stride);
  if (stage.radix <= largestOddRadix) {
    const odd: OddStage = withRoots(stage);
    return (from, to, stride) => oddRadix(odd, from, to, stride);
  }
  const large: RaderStage = withPowers(stage, new Fft(stage.radix - 1));
  return (from, to, stride) => rader(large, from, to, stride);
}

function turned(radix: number, rest: number): Stage {
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
  return { radix, rest, turnRe, turnIm };
}

function smallestFactor(value: number): number {
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return factor;
  return value;
}
