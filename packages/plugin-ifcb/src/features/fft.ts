import { radix2, radix3, radix4, type Stage } from './butterflies.ts';
import type { Complex } from './complex.ts';
import { type OddStage, oddRadix, withRoots } from './odd-radix.ts';
import { radix5 } from './radix5.ts';
import { rader, type RaderStage, withPowers } from './rader.ts';

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
 * radix 4, 2 and odd primes; primes by Rader where that is faster. The forward transform is this one between two `exchanged`.
 */
export class Fft {
  readonly #passes: readonly { readonly radix: number; readonly run: Pass }[];

  constructor(length: number) {
    let rest = length;
    this.#passes = radicesOf(length).map((radix) => {
      rest /= radix;
      return { radix, run: passOf(turned(radix, rest)) };
    });
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
  if (oneByOne(stage.radix) <= byConvolution(stage.radix)) {
    const odd: OddStage = withRoots(stage);
    return (from, to, stride) => oddRadix(odd, from, to, stride);
  }
  const large: RaderStage = withPowers(stage, new Fft(stage.radix - 1));
  return (from, to, stride) => rader(large, from, to, stride);
}

// Nanoseconds an element, measured; only their ratios matter. A prime such as 41 is quick by convolution, because 40 has
// small factors; 47 is not, because 46 is twice a prime.
const measured = new Map([
  [2, 2.2],
  [3, 3],
  [4, 3],
  [5, 4],
]);

function oneByOne(prime: number): number {
  return 5 + 0.53 * prime;
}

function byConvolution(prime: number): number {
  let inner = 0;
  for (const radix of radicesOf(prime - 1))
    inner += measured.get(radix) ?? Math.min(oneByOne(radix), byConvolution(radix));
  return 5 + 2 * inner;
}

function radicesOf(length: number): number[] {
  const radices: number[] = [];
  for (let rest = length; rest > 1; ) {
    const radix = rest % 4 === 0 ? 4 : smallestFactor(rest);
    radices.push(radix);
    rest /= radix;
  }
  return radices;
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
